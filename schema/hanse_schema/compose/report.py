"""Collects the diagnostics of a composition, each with its locations in the affected subgraphs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import Node

from hanse_schema.compose.sources import FieldSource, Part, Source, nodes_of
from hanse_schema.diagnostics import Diagnostic, Location, Severity

Place = tuple[Part, Node | None]


@dataclass(slots=True)
class Report:
    """The errors and hints found so far."""

    errors: list[Diagnostic] = field(default_factory=list)
    hints: list[Diagnostic] = field(default_factory=list)

    def error(
        self, code: str, message: str, places: Iterable[Place | Source[Any] | FieldSource], coordinate: str | None
    ) -> None:
        """Add an error about these definitions or nodes, the most relevant first."""
        self.errors.append(Diagnostic(code, message, Severity.ERROR, _locations(places), coordinate))

    def hint(
        self, code: str, message: str, places: Iterable[Place | Source[Any] | FieldSource], coordinate: str | None
    ) -> None:
        """Add a hint about these definitions or nodes, the most relevant first."""
        self.hints.append(Diagnostic(code, message, Severity.HINT, _locations(places), coordinate))


def _locations(places: Iterable[Place | Source[Any] | FieldSource]) -> tuple[Location, ...]:
    found: dict[Location, None] = {}
    for place in places:
        if isinstance(place, tuple):
            part, node = place
            found[part.location(node)] = None
        else:
            nodes = list(nodes_of(place))
            found.update((place.part.location(node), None) for node in nodes)
            if not nodes:
                found[place.part.location(None)] = None
    return tuple(found)
