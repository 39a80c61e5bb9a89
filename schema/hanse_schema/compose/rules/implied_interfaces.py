"""INVALID_GRAPHQL: a type implements the interfaces of its interfaces, over all subgraphs.

Spec: https://spec.graphql.org/October2021/#IsValidImplementation()
"""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.supergraph.model import InterfaceType, ObjectType


def implied_interfaces(merging: Merging) -> None:
    """Report each interface that a type has to implement because another one of its interfaces does."""
    for type_ in merging.supergraph.types.values():
        if not isinstance(type_, ObjectType | InterfaceType):
            continue
        for name in type_.interfaces:
            interface = merging.supergraph.types.get(name)
            if isinstance(interface, InterfaceType):
                for implied in interface.interfaces:
                    if implied not in type_.interfaces:
                        _report(merging, type_.name, name, implied)


def _report(merging: Merging, type_: str, interface: str, implied: str) -> None:
    implementing = [source for source in merging.types[type_].sources if interface in source.definition.interfaces]
    implying = [source for source in merging.types[interface].sources if implied in source.definition.interfaces]
    merging.report.error(
        "INVALID_GRAPHQL",
        f"`{interface}` implements `{implied}` in {subgraphs(source.part.name for source in implying)}, so `{type_}`, "
        f"which implements `{interface}` in {subgraphs(source.part.name for source in implementing)}, has to implement "
        f"`{implied}` too: let it.",
        [*implementing, *implying],
        type_,
    )
