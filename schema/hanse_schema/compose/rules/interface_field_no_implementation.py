"""INTERFACE_FIELD_NO_IMPLEM: a type that implements an interface has all its fields, over all subgraphs together."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.supergraph.model import InterfaceType, ObjectType


def interface_field_no_implementation(merging: Merging) -> None:
    """Report each field of an interface that an implementing type lacks in the supergraph."""
    for type_ in merging.supergraph.types.values():
        if not isinstance(type_, ObjectType | InterfaceType):
            continue
        for name in type_.interfaces:
            interface = merging.supergraph.types.get(name)
            if isinstance(interface, InterfaceType):
                for field in interface.fields:
                    if field not in type_.fields:
                        _report(merging, type_, interface, field)


def _report(merging: Merging, type_: ObjectType | InterfaceType, interface: InterfaceType, field: str) -> None:
    asking = merging.types[interface.name].fields[field].sources
    implementing = [s for s in merging.types[type_.name].sources if interface.name in s.definition.interfaces]
    merging.report.error(
        "INTERFACE_FIELD_NO_IMPLEM",
        f"`{interface.name}.{field}` is in {subgraphs(source.part.name for source in asking)}, but `{type_.name}`, "
        f"which implements `{interface.name}` in {subgraphs(source.part.name for source in implementing)}, does not "
        f"have it: add `{field}` to `{type_.name}`.",
        [*asking, *implementing],
        f"{type_.name}.{field}",
    )
