"""Owners: the last line that matches counts, a wrong line is named, and errors need the approval of their owners."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hanse_schema.checks.ownership import Ownership, OwnershipError, check_ownership, read_owners, with_owners
from hanse_schema.checks.report import Approval, CheckName, Finding, Level, Verdict, report_of
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
@privacy = anna@example.com "Carl O'Neill"
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
        ("'' @a", "OWNERS:2: '' is not a pattern"),
        ("a/b/c @a", "OWNERS:2: 'a/b/c' is not a pattern"),
        ("User @", "OWNERS:2: '@' is not an owner: write `@team`, `@user`, a name or an email address"),
        ("User a@b@c", "OWNERS:2: 'a@b@c' is not an owner"),
        ("@team = 'a", "OWNERS:2: a quote is not closed"),
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


def owned(*findings: Finding) -> list[Finding]:
    return with_owners(findings, lambda _: ["users"], read_owners(FILE))


def test_findings_have_their_owners_who_have_to_approve_errors() -> None:
    found = owned(finding("User.email"), finding("User.phone", Level.WARNING), finding("Query.searchAudit"))
    assert [one.owners for one in found] == [("@privacy",), ("@identity", "ben@example.com"), ()]
    [required] = check_ownership(found)
    assert (required.check, required.level, required.code) == (CheckName.OWNERSHIP, Level.NOTE, "APPROVAL_REQUIRED")
    assert required.message.startswith("@privacy has to approve the errors about User.email;")


def test_many_elements_are_not_all_named() -> None:
    [required] = check_ownership(owned(*(finding(f"User.email(a{n}:)") for n in range(30))))
    assert required.message.count("User.email") == 10
    assert "and others" in required.message


@pytest.mark.parametrize(
    ("person", "covered"),
    [
        ("Carl O'Neill", ["User.email", "Query.searchAudit"]),
        ("ben@example.com", ["User.phone", "Query.searchAudit"]),
        ("@identity", ["User.phone", "Query.searchAudit"]),
        ("dora@example.com", ["Query.searchAudit"]),
    ],
)
def test_an_approval_counts_for_what_its_giver_owns(person: str, covered: list[str]) -> None:
    ownership = read_owners(FILE)
    report = report_of(["users"], owned(finding("User.email"), finding("User.phone"), finding("Query.searchAudit")))
    approval = Approval(person, "2030-01-01T00:00:00Z", "agreed")
    after = report.approved(approval, lambda one: ownership.may_approve(person, one))
    assert {one.coordinate for one in after.findings if one.approval == approval} == set(covered)
    assert after.verdict is Verdict.FAILED


def test_without_a_file_everybody_may_approve() -> None:
    found = with_owners([finding(None)], lambda _: ["users"], Ownership())
    assert found == [finding(None)]
    assert list(check_ownership(found)) == []
    assert Ownership().may_approve("x", finding(None))


def test_the_work_is_linear_in_the_findings_and_in_the_lines() -> None:
    def work(findings: int, lines: int) -> int:
        ownership = read_owners("".join(f"Type{n}.* @team{n}\n" for n in range(lines)))
        found = [finding(f"Type{n}.a") for n in range(findings)]
        return calls_of(lambda: with_owners(found, lambda _: ["a"], ownership))

    assert work(300, 20) <= 15 * work(30, 20)
    assert work(20, 300) <= 15 * work(20, 30)
