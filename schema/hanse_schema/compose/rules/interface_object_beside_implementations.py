"""INTERFACE_OBJECT_USAGE_ERROR: a subgraph with an interface object has none of the implementing object types."""

from __future__ import annotations

from hanse_schema.compose.gather import is_interface_object
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import listed
from hanse_schema.compose.sources import Source, TypeGroup
from hanse_schema.subgraph.model import Kind, TypeDef


def interface_object_beside_implementations(merging: Merging) -> None:
    """Report each subgraph with an interface object and an object type that implements the interface."""
    for group in merging.types.values():
        if group.is_interface_object:
            for source in group.sources:
                if is_interface_object(source.definition):
                    _check(merging, group, source)


def _check(merging: Merging, group: TypeGroup, source: Source[TypeDef]) -> None:
    implementations = [
        Source(source.part, source.part.schema.types[name])
        for name in sorted(merging.subtypes.get(group.name, ()))
        if name in source.part.schema.types and merging.types[name].kind is Kind.OBJECT
    ]
    if implementations:
        types = listed(f"`{other.definition.name}`" for other in implementations)
        merging.report.error(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f'`{group.name}` is an @interfaceObject in subgraph "{source.part.name}", which therefore cannot define '
            f"what implements it, {types}: make it an interface there, or leave those types to other subgraphs.",
            [source, *implementations],
            group.name,
        )
