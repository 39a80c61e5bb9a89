"""Directives that the supergraph carries inside `@join__directive`, subgraph by subgraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hanse_schema.compose.carried import AS_JOIN_DIRECTIVE
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldSource, Source
from hanse_schema.supergraph.model import JoinDirective


def join_directives(merging: Merging, sources: Sequence[Source[Any] | FieldSource]) -> tuple[JoinDirective, ...]:
    """The element's directives of that kind; equal ones of several subgraphs share a record."""
    graphs: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for source in sources:
        for directive in source.definition.directives:
            if directive.name in AS_JOIN_DIRECTIVE and directive.spec is not None:
                key = (f"federation__{directive.name}", tuple(directive.arguments.items()))
                graphs.setdefault(key, []).append(source.part.graph)
    return tuple(
        JoinDirective(tuple(dict.fromkeys(names)), name, arguments) for (name, arguments), names in graphs.items()
    )
