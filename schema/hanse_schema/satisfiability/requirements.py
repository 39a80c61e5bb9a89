"""A field with `@requires` is usable only if its subgraph can be entered with the required fields."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.supergraph.model import InterfaceType, ObjectType, Supergraph


def out_of_reach(supergraph: Supergraph) -> Iterator[tuple[str, str, str]]:
    """(type, field, graph) of each field with requirements in a subgraph whose keys are all unresolvable."""
    for type_ in supergraph.types.values():
        if isinstance(type_, ObjectType | InterfaceType):
            keyed = {join.graph for join in type_.joins if join.key is not None}
            closed = keyed - {join.graph for join in type_.joins if join.key is not None and join.resolvable}
            for field in type_.fields.values():
                for join in field.joins:
                    if join.graph in closed and join.requires is not None:
                        yield type_.name, field.name, join.graph
