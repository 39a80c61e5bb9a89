"""The ownership check: who owns which elements of the schema, and who has to approve.

The file is like CODEOWNERS. Each line has a pattern and its owners; the last line that matches an element counts. A
line without owners takes ownership away. `@name = member member` defines a team.

    # pattern            owners
    *                    @platform
    users/               @identity             # all of a subgraph
    User                 @identity             # a type and all in it, in any subgraph
    users/User.email     @identity @privacy    # a field and its arguments, where one subgraph has it
    Query.search*        @search
    @privacy = anna@example.com ben@example.com

In patterns, `*` and `?` are wildcards.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import translate

from hanse_schema.checks.report import Approval, CheckName, Detail, Finding, Level

_PATTERN = re.compile(r"(?:(?P<subgraph>[\w*?.-]+)/)?(?P<coordinate>@?[\w*?]+(?:\.[\w*?]+)?(?:\([\w*?]+:\))?)?")
_OWNER = re.compile(r"[^\s=#@]*@?[^\s=#@]+")
OWNERS = "owners"  # the title of the detail that names a finding's owners


class OwnershipError(ValueError):
    """A line of the file that cannot be read. The message has file, line and what to do."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class OwnedPattern:
    """One line: the elements that match the patterns have the owners. None matches all."""

    subgraph: re.Pattern[str] | None
    coordinate: re.Pattern[str] | None
    owners: tuple[str, ...]

    def matches(self, subgraph: str, coordinate: str) -> bool:
        """Whether the line is about an element, or about what the element is part of."""
        if self.subgraph is not None and self.subgraph.match(subgraph) is None:
            return False
        return self.coordinate is None or any(map(self.coordinate.match, enclosing(coordinate)))


@dataclass(frozen=True, slots=True)
class Ownership:
    """The lines of the file in order, and the members of each team."""

    patterns: tuple[OwnedPattern, ...] = ()
    teams: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def owners(self, subgraphs: Iterable[str], coordinate: str) -> tuple[str, ...]:
        """The owners of an element, in the order of the subgraphs that have it. None where nobody owns it."""
        found: dict[str, None] = {}
        for subgraph in subgraphs or ("",):
            last = next((one for one in reversed(self.patterns) if one.matches(subgraph, coordinate)), None)
            found |= dict.fromkeys(last.owners if last else ())
        return tuple(found)

    def may_approve(self, person: str, owners: Iterable[str]) -> bool:
        """Whether a person is one of the owners, or a member of one that is a team."""
        return any(person == owner or person in self.teams.get(owner, ()) for owner in owners)


def enclosing(coordinate: str) -> Iterator[str]:
    """An element and what it is part of: `Query.users(first:)`, `Query.users`, `Query`."""
    yield coordinate
    without_argument, has_argument, _ = coordinate.partition("(")
    if has_argument:
        yield without_argument
    owner, has_field, _ = without_argument.partition(".")
    if has_field:
        yield owner


def read_owners(text: str, file: str = "OWNERS") -> Ownership:
    """The ownership that a file declares. Raises OwnershipError with the line that cannot be read."""
    patterns: list[OwnedPattern] = []
    teams: dict[str, frozenset[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if len(words) > 1 and words[1] == "=":
            name, members = _team(words, file, number)
            if name in teams:
                raise OwnershipError(file, number, f"the team {name} is defined twice: keep one line")
            teams[name] = members
        elif words:
            patterns.append(_pattern(words, file, number))
    return Ownership(tuple(patterns), teams)


def _team(words: list[str], file: str, line: int) -> tuple[str, frozenset[str]]:
    name, _, *members = words
    if not name.startswith("@") or not members:
        raise OwnershipError(file, line, "a team has the form `@name = member member`")
    return name, frozenset(_owner(member, file, line) for member in members)


def _pattern(words: list[str], file: str, line: int) -> OwnedPattern:
    written, *owners = words
    form = _PATTERN.fullmatch(written)
    if form is None:
        raise OwnershipError(
            file,
            line,
            f"{written!r} is not a pattern: write `subgraph/`, `Type`, `Type.field` or `subgraph/Type.field`",
        )
    return OwnedPattern(
        _compiled(form["subgraph"]), _compiled(form["coordinate"]), tuple(_owner(one, file, line) for one in owners)
    )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern in (None, "*") else re.compile(translate(pattern))


def _owner(word: str, file: str, line: int) -> str:
    if _OWNER.fullmatch(word) is None:
        raise OwnershipError(file, line, f"{word!r} is not an owner: write `@team`, `@user` or an email address")
    return word


def check_ownership(findings: Iterable[Finding], subgraphs: Iterable[str], ownership: Ownership) -> list[Finding]:
    """The findings with their owners, and for each set of owners a note of what they have to approve.

    `subgraphs` are the changed ones: an element belongs to the owners that it has in any of them.
    """
    changed = tuple(subgraphs)
    owned: list[Finding] = []
    to_approve: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        owners = ownership.owners(changed, finding.coordinate or "")
        owned.append(with_owners(finding, owners))
        if finding.level is Level.ERROR and owners:
            to_approve[owners].append(finding)
    return [*owned, *(_required(owners, errors) for owners, errors in to_approve.items())]


def with_owners(finding: Finding, owners: tuple[str, ...]) -> Finding:
    """The finding with its owners among its details."""
    return replace(finding, details=(*finding.details, Detail(OWNERS, ", ".join(owners)))) if owners else finding


def _required(owners: tuple[str, ...], errors: list[Finding]) -> Finding:
    elements = ", ".join(dict.fromkeys(error.coordinate or "the schema" for error in errors))
    return Finding(
        CheckName.OWNERSHIP,
        Level.NOTE,
        "APPROVAL_REQUIRED",
        f"{' or '.join(owners)} has to approve the errors about {elements}, or they have to be corrected.",
        subject=" ".join(owners),
    )


def approved(
    findings: Iterable[Finding], approval: Approval, ownership: Ownership, subgraphs: Iterable[str]
) -> list[Finding]:
    """The findings with an approval on each error that its giver may approve: their own, and those without owners."""
    changed = tuple(subgraphs)

    def is_covered(finding: Finding) -> bool:
        owners = ownership.owners(changed, finding.coordinate or "")
        return finding.fails and (not owners or ownership.may_approve(approval.by, owners))

    return [replace(one, approval=approval) if is_covered(one) else one for one in findings]
