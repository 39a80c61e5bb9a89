"""Compares two JSON Schemas, and collects their differences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hanse_schema.checks.event_schemas.documents import Document, Schema
from hanse_schema.checks.event_schemas.kinds import Effect, Kind

MAX_STEPS = 20_000  # pairs of schemas


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, and where it is: `#/properties/name`."""

    kind: Kind
    path: str


class TooComplex(Exception):
    """The schemas have too many parts to compare."""


@dataclass(slots=True)
class Steps:
    """The number of pairs of schemas compared so far, in the comparison and all beside it."""

    count: int = 0

    def next(self) -> None:
        """Count one. Raises TooComplex above the limit."""
        self.count += 1
        if self.count > MAX_STEPS:
            raise TooComplex


@dataclass(slots=True)
class Comparison:
    """The state of a comparison: the two documents, the current path, and the differences so far."""

    original: Document
    update: Document
    accepted: frozenset[Effect]
    steps: Steps = field(default_factory=Steps)
    differences: list[Difference] = field(default_factory=list)
    _path: list[str] = field(default_factory=lambda: ["#"])
    _open: set[tuple[int, int]] = field(default_factory=set)  # pairs in comparison: recursive schemas end there

    @contextmanager
    def at(self, *keys: str) -> Iterator[None]:
        """Everything inside is about a place further in."""
        self._path += keys
        yield
        del self._path[-len(keys) :]

    def add(self, kind: Kind) -> None:
        """Record a difference at the current place."""
        self.differences.append(Difference(kind, "/".join(self._path)))

    @contextmanager
    def pair(self, original: Schema, update: Schema) -> Iterator[bool]:
        """Whether a pair of schemas is new here; false inside its own comparison. Raises TooComplex."""
        self.steps.next()
        key = (id(original), id(update))
        is_new = key not in self._open
        self._open.add(key)
        yield is_new
        if is_new:
            self._open.discard(key)

    def aside(self) -> Comparison:
        """A comparison of parts of the same documents, with differences of its own."""
        return Comparison(self.original, self.update, self.accepted, self.steps, [], list(self._path), set(self._open))

    def reversed(self) -> Comparison:
        """A comparison in the other direction, with differences of its own."""
        return Comparison(self.update, self.original, self.accepted, self.steps, [], list(self._path))

    def are_equal(self, original: Schema, update: Schema) -> bool:
        """Whether two schemas are equal, and no reference in them may lead to different ones."""
        return original == update and not (self.original.has_references or self.update.has_references)

    @property
    def depth(self) -> int:
        """The number of pairs in comparison, each inside of the one before."""
        return len(self._open)

    def ends_with_incompatible(self) -> bool:
        """Whether the last difference is not accepted."""
        return self.differences[-1].kind.effect not in self.accepted

    def is_compatible(self) -> bool:
        """Whether all differences so far are accepted."""
        return all(difference.kind.effect in self.accepted for difference in self.differences)
