"""Owners: the last line that matches counts, a wrong line is named, and errors need the approval of their owners."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hanse_schema.checks.ownership import Ownership, OwnershipError, approved, check_ownership, read_owners
from hanse_schema.checks.report import Approval, CheckName, Detail, Finding, Level
from tests.router.planner.test_bounds import calls_of

FILE = """
# who owns what
*                   @platform
users/              @identity
User                @identity ben@example.com
users/User.email    @privacy   # personal data
Query.search*       @search
Query.searchAudit
@rateLimit          @traffic
@privacy = anna@example.com carl@example.com
"""


@pytest.mark.parametrize(
    ("subgraphs", "coordinate", "owners"),
    [
        (["catalog"], "Product.price", ("@platform",)),
        (["users"], "Session", ("@identity",)),
        (["users"], "", ("@identity",)),
        (["tasks"], "User.tasks(first:)", ("@identity", "ben@example.com")),
        (["users"], "User.email", ("@privacy",)),
        (["users"], "User.emailVerified", ("@identity", "ben@example.com")),
        (["tasks"], "User.email", ("@identity", "ben@example.com")),
        (["catalog"], "Query.searchProducts(text:)", ("@search",)),
        (["catalog"], "Query.searchAudit", ()),
        (["users", "tasks"], "User.email", ("@privacy", "@identity", "ben@example.com")),
        (["users"], "@rateLimit", ("@traffic",)),
        ([], "Anything", ("@platform",)),
    ],
)
def test_the_last_line_that_matches_counts(subgraphs: Sequence[str], coordinate: str, owners: tuple[str, ...]) -> None:
    assert read_owners(FILE).owners(subgraphs, coordinate) == owners


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("User..email @a", "OWNERS:2: 'User..email' is not a pattern: write `subgraph/`"),
        ("a/b/c @a", "OWNERS:2: 'a/b/c' is not a pattern"),
        ("User @", "OWNERS:2: '@' is not an owner: write `@team`, `@user` or an email address"),
        ("User a@b@c", "OWNERS:2: 'a@b@c' is not an owner"),
        ("team = a", "OWNERS:2: a team has the form `@name = member member`"),
        ("@team =", "OWNERS:2: a team has the form `@name = member member`"),
        ("@team = a\n@team = b", "OWNERS:3: the team @team is defined twice: keep one line"),
    ],
)
def test_a_wrong_line_is_named(line: str, problem: str) -> None:
    with pytest.raises(OwnershipError) as error:
        read_owners(f"# comment\n{line}\n")
    assert str(error.value).startswith(problem)


def finding(coordinate: str | None, level: Level = Level.ERROR) -> Finding:
    return Finding(CheckName.CHANGES, level, "FIELD_REMOVED", "It was removed.", coordinate=coordinate)


def test_findings_show_their_owners_and_what_has_to_be_approved() -> None:
    findings = [finding("User.email"), finding("User.phone", Level.WARNING), finding("Query.searchAudit")]
    first, second, third, required = check_ownership(findings, ["users"], read_owners(FILE))
    assert first.details == (Detail("owners", "@privacy"),)
    assert second.details == (Detail("owners", "@identity, ben@example.com"),)
    assert third.details == ()
    assert (required.check, required.level, required.code) == (CheckName.OWNERSHIP, Level.NOTE, "APPROVAL_REQUIRED")
    assert required.message == "@privacy has to approve the errors about User.email, or they have to be corrected."


@pytest.mark.parametrize(
    ("person", "covered"),
    [
        ("anna@example.com", ["User.email", "Query.searchAudit"]),
        ("ben@example.com", ["User.phone", "Query.searchAudit"]),
        ("@identity", ["User.phone", "Query.searchAudit"]),
        ("dora@example.com", ["Query.searchAudit"]),
    ],
)
def test_an_approval_counts_for_what_its_giver_owns(person: str, covered: list[str]) -> None:
    findings = [finding("User.email"), finding("User.phone"), finding("Query.searchAudit")]
    approval = Approval(person, "2030-01-01T00:00:00Z", "agreed")
    after = approved(findings, approval, read_owners(FILE), ["users"])
    assert [one.coordinate for one in after if one.approval == approval] == covered
    assert [one.coordinate for one in after if one.fails] == [
        one.coordinate for one in findings if one.coordinate not in covered
    ]


def test_without_a_file_everybody_may_approve() -> None:
    [after] = approved([finding(None)], Approval("x", "", ""), Ownership(), ["users"])
    assert not after.fails
    assert check_ownership([finding(None)], ["users"], Ownership()) == [finding(None)]


def test_the_work_is_linear_in_the_findings_and_in_the_lines() -> None:
    def work(findings: int, lines: int) -> int:
        ownership = read_owners("".join(f"Type{n}.* @team{n}\n" for n in range(lines)))
        return calls_of(lambda: check_ownership([finding(f"Type{n}.a") for n in range(findings)], ["a"], ownership))

    assert work(300, 20) <= 15 * work(30, 20)
    assert work(20, 300) <= 15 * work(20, 30)
