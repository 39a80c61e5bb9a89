"""The ownership check: who owns which elements of the schema, and who has to approve.

The file is like CODEOWNERS. Each line has a pattern and its owners; the last line that matches an element counts. A
line without owners takes ownership away. `@name = member member` defines a team.

    # pattern            owners
    *                    @platform
    users/               @identity             # all of a subgraph
    User                 @identity             # a type and all in it, in any subgraph
    users/User.email     @identity @privacy    # a field and its arguments, where one subgraph has it
    Query.search*        @search
    @privacy = anna@example.com "Ben Klein"

In patterns, `*` and `?` are wildcards. People are named as `hanse schema approve --who` names them.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import translate

from hanse_schema.checks.report import CheckName, Finding, Level

SubgraphsOf = Callable[[Finding], Iterable[str]]

_PATTERN = re.compile(r"(?:(?P<subgraph>[\w*?.-]+)/)?(?P<coordinate>@?[\w*?]+(?:\.[\w*?]+)?(?:\([\w*?]+:\))?)?")
_OWNER = re.compile(r"[^=#@]*@?[^=#@]+")
MAX_NAMED = 10  # elements in a message


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
        for subgraph in tuple(subgraphs) or ("",):
            last = next((one for one in reversed(self.patterns) if one.matches(subgraph, coordinate)), None)
            found |= dict.fromkeys(last.owners if last else ())
        return tuple(found)

    def may_approve(self, person: str, finding: Finding) -> bool:
        """Whether a person is one of a finding's owners, or a member of one that is a team, or it has no owners."""
        owners = finding.owners
        return not owners or any(person == owner or person in self.teams.get(owner, ()) for owner in owners)


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
        words = _words(line, file, number)
        if len(words) > 1 and words[1] == "=":
            name, members = _team(words, file, number)
            if name in teams:
                raise OwnershipError(file, number, f"the team {name} is defined twice: keep one line")
            teams[name] = members
        elif words:
            patterns.append(_pattern(words, file, number))
    return Ownership(tuple(patterns), teams)


def _words(line: str, file: str, number: int) -> list[str]:
    """The words of a line without its comment; a name with blanks is in quotes."""
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise OwnershipError(file, number, f"a quote is not closed ({error})") from error


def _team(words: list[str], file: str, line: int) -> tuple[str, frozenset[str]]:
    name, _, *members = words
    if not name.startswith("@") or not members:
        raise OwnershipError(file, line, "a team has the form `@name = member member`")
    return name, frozenset(_owner(member, file, line) for member in members)


def _pattern(words: list[str], file: str, line: int) -> OwnedPattern:
    written, *owners = words
    form = _PATTERN.fullmatch(written)
    if form is None or not written:
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
        raise OwnershipError(
            file, line, f"{word!r} is not an owner: write `@team`, `@user`, a name or an email address"
        )
    return word


def with_owners(findings: Iterable[Finding], subgraphs_of: SubgraphsOf, ownership: Ownership) -> list[Finding]:
    """The findings with the owners of their elements. `subgraphs_of` gives the subgraphs that a finding is about."""
    return [
        replace(finding, owners=ownership.owners(subgraphs_of(finding), finding.coordinate or ""))
        for finding in findings
    ]


def check_ownership(findings: Iterable[Finding]) -> Iterator[Finding]:
    """For each set of owners a note of the errors that one of them has to approve."""
    to_approve: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.approvable and finding.owners:
            to_approve[finding.owners].append(finding)
    for owners, errors in to_approve.items():
        elements = list(dict.fromkeys(error.coordinate or "the schema" for error in errors))
        named = ", ".join(elements[:MAX_NAMED]) + (" and others" if len(elements) > MAX_NAMED else "")
        yield Finding(
            CheckName.OWNERSHIP,
            Level.NOTE,
            "APPROVAL_REQUIRED",
            f"{' or '.join(owners)} has to approve the errors about {named}; an approval of others does not count.",
            subject=" ".join(owners),
            owners=owners,
        )
