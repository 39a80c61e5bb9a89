"""Changes that every kind of element can have: its description and its deprecation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind


class Described(Protocol):
    """An element with a description."""

    @property
    def description(self) -> str | None: ...


class Deprecable(Described, Protocol):
    """An element that can be deprecated."""

    @property
    def deprecation_reason(self) -> str | None: ...


def description_changes(coordinate: str, before: Described, after: Described) -> Iterator[Change]:
    """The change of an element's description, if any. An empty description is none."""
    old, new = before.description or None, after.description or None
    if old == new:
        return
    if old is None:
        kind, verb = ChangeKind.DESCRIPTION_ADDED, "added"
    elif new is None:
        kind, verb = ChangeKind.DESCRIPTION_REMOVED, "removed"
    else:
        kind, verb = ChangeKind.DESCRIPTION_CHANGED, "changed"
    yield Change(kind, coordinate, f"The description of {coordinate or 'the schema'} was {verb}.")


def element_changes(coordinate: str, before: Deprecable, after: Deprecable) -> Iterator[Change]:
    """The changes of an element's description and deprecation."""
    yield from description_changes(coordinate, before, after)
    old, new = before.deprecation_reason, after.deprecation_reason
    if old == new:
        return
    if old is None:
        yield Change(ChangeKind.DEPRECATION_ADDED, coordinate, f"{coordinate} was deprecated: {new}")
    elif new is None:
        yield Change(ChangeKind.DEPRECATION_REMOVED, coordinate, f"{coordinate} is no longer deprecated.")
    else:
        message = f"The deprecation reason of {coordinate} changed from {old!r} to {new!r}."
        yield Change(ChangeKind.DEPRECATION_REASON_CHANGED, coordinate, message)


def removed(kind: ChangeKind, coordinate: str, element: Deprecable) -> Change:
    """The change of removing an element that can be deprecated. The message includes whether it was."""
    reason = element.deprecation_reason
    history = "It was not deprecated." if reason is None else f"It was deprecated: {reason}"
    return Change(kind, coordinate, f"{coordinate} was removed. {history}", deprecated=reason)
