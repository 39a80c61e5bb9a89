"""Suppressions: comments that turn a rule off for one element or one file, with a reason.

    # hanse-ignore FIELD_DESCRIPTION, LIST_UNBOUNDED: generated from the ERP's tables
    type Order { ... }

The comment covers the definition below it and all inside of it. At the end of a line it covers the definition on that
line. `# hanse-ignore-file RULE: reason` covers the whole file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from graphql import Token, TokenKind

from hanse_schema.checks.lint.elements import Element, Elements
from hanse_schema.checks.lint.subject import LintSubject

MARK = "hanse-ignore"
_FORM = re.compile(r"hanse-ignore(?P<file>-file)?\s+(?P<codes>[A-Z0-9_]+(?:\s*,\s*[A-Z0-9_]+)*)\s*:\s*(?P<reason>\S.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One code of a suppression comment. `element` is the start of what it covers; None for the whole file."""

    code: str
    reason: str
    element: int | None
    comment: Token


@dataclass(frozen=True, slots=True)
class InvalidSuppression:
    """A suppression comment that has no effect, and why."""

    comment: Token
    problem: str


@dataclass(slots=True)
class Suppressions:
    """The suppressions of one SDL, and which of them were used."""

    elements: Elements
    by_place: dict[tuple[str, int | None], Suppression] = field(default_factory=dict)
    invalid: list[InvalidSuppression] = field(default_factory=list)
    _used: set[tuple[str, int | None]] = field(default_factory=set)

    def covers(self, code: str, chain: Iterator[int]) -> bool:
        """Whether a finding of the rule is suppressed. `chain` are the starts of its element and those around it."""
        for place in (*chain, None):
            if (code, place) in self.by_place:
                self._used.add((code, place))
                return True
        return False

    def codes_by_comment(self) -> dict[int, set[str]]:
        """The codes of each comment, by where it starts."""
        codes = defaultdict(set)
        for one in self.by_place.values():
            codes[one.comment.start].add(one.code)
        return codes

    def unused(self) -> list[Suppression]:
        """The suppressions that suppressed nothing, in order."""
        unused = [one for place, one in self.by_place.items() if place not in self._used]
        return sorted(unused, key=lambda one: (one.comment.start, one.code))


def read_suppressions(subject: LintSubject, codes: Collection[str]) -> Suppressions:
    """The suppressions in the comments of a subgraph's SDL. `codes` are the codes of all rules."""
    found = Suppressions(Elements(subject.document))
    for comment in subject.comments:
        text = (comment.value or "").strip()
        if text.startswith(MARK):
            _read(found, subject.sdl, comment, codes)
    return found


def _read(found: Suppressions, sdl: str, comment: Token, known: Collection[str]) -> None:
    form = _FORM.fullmatch((comment.value or "").strip())
    if form is None:
        found.invalid.append(InvalidSuppression(comment, "it does not have the form `# hanse-ignore RULE: reason`"))
        return
    element = None if form["file"] else _covered(found.elements, sdl, comment)
    if element is None and not form["file"]:
        found.invalid.append(InvalidSuppression(comment, "no definition follows it"))
        return
    place = None if element is None else element.start
    for code in re.split(r"\s*,\s*", form["codes"]):
        if code not in known:
            found.invalid.append(InvalidSuppression(comment, f"there is no rule {code}"))
        else:
            found.by_place.setdefault((code, place), Suppression(code, form["reason"], place, comment))


def _covered(elements: Elements, sdl: str, comment: Token) -> Element | None:
    """The element on the comment's own line, else the one that starts after it."""
    before = comment.prev
    if before is not None and before.kind not in (TokenKind.SOF, TokenKind.COMMENT):
        on_its_line = not set("\r\n") & set(sdl[before.end : comment.start])
        if on_its_line:
            return elements.around(before.start, before.end)
    after = comment.next
    while after is not None and after.kind is TokenKind.COMMENT:
        after = after.next
    return None if after is None else elements.at(after.start)
