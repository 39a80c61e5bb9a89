"""A field that several subgraphs resolve must return the same types in all of them."""

from __future__ import annotations

from collections.abc import Mapping

from hanse_schema.diagnostics import Diagnostic, Severity
from hanse_schema.satisfiability.operation import print_operation
from hanse_schema.satisfiability.traverse import SharedAbstract
from hanse_schema.satisfiability.world import World


def check_shared(world: World, shared: SharedAbstract) -> Diagnostic | None:
    """An error if the subgraphs' runtime types are disjoint, a hint if they only differ."""
    by_graph = _runtime_types(world, shared)
    if len(set(by_graph.values())) < 2:
        return None
    coordinate = f"{shared.type}.{shared.field}"
    operation = print_operation(world.supergraph, shared.step, is_leaf=False)
    lists = "\n".join(f'- subgraph "{world.name(graph)}": {_list(types)}' for graph, types in by_graph.items())
    in_common = frozenset.intersection(*by_graph.values())
    if not in_common:
        return Diagnostic(
            "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            f"{coordinate} is resolved by several subgraphs, which agree on none of the types that it may have:\n"
            f"{lists}\nThis operation gets to it:\n\n{operation}",
            coordinate=coordinate,
        )
    return Diagnostic(
        "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
        f"{coordinate} is resolved by several subgraphs, which do not agree on the types that it may have:\n{lists}\n"
        f"Since each has to resolve it as the others do, it should only ever give {_list(in_common)}."
        f" This operation gets to it:\n\n{operation}",
        Severity.HINT,
        coordinate=coordinate,
    )


def _runtime_types(world: World, shared: SharedAbstract) -> Mapping[str, frozenset[str]]:
    """By subgraph; without those where the field has an object type or is an interface object."""
    found: dict[str, frozenset[str]] = {}
    for target in sorted(shared.targets, key=str):
        if not world.graph.is_object(target):
            found[target.graph] = world.graph.runtime_types(target)
    return found


def _list(types: frozenset[str]) -> str:
    return ", ".join(sorted(types)) or "no type at all"
