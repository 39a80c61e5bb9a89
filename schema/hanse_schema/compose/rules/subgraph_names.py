"""INVALID_SUBGRAPH_NAME: there is at least one subgraph, and names are unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hanse_schema.diagnostics import Diagnostic, Location
from hanse_schema.subgraph import SubgraphSource

CODE = "INVALID_SUBGRAPH_NAME"
RESERVED = "_"  # the router itself, in query plans


def check_names(subgraphs: Sequence[SubgraphSource]) -> list[Diagnostic]:
    """The errors of subgraph names: none at all, reserved, invalid or duplicate."""
    if not subgraphs:
        return [Diagnostic("NO_QUERIES", "There is no subgraph to compose: give at least one.")]
    found = []
    for name, count in Counter(subgraph.name for subgraph in subgraphs).items():
        if not name.strip():
            found.append(Diagnostic(CODE, "A subgraph has no name: give it one."))
        elif name == RESERVED:
            found.append(Diagnostic(CODE, f'A subgraph cannot be called "{name}": rename it.', locations=_at(name)))
        if count > 1:
            found.append(
                Diagnostic(CODE, f'{count} subgraphs are called "{name}": give each its own name.', locations=_at(name))
            )
    return found


def _at(name: str) -> tuple[Location, ...]:
    return (Location(name),)
