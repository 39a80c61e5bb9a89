"""INTERFACE_OBJECT_USAGE_ERROR: an interface object stands for an interface of another subgraph."""

from __future__ import annotations

from schema.compose.gather import is_interface_object
from schema.compose.merging import Merging
from schema.compose.sentences import listed, subgraphs
from schema.compose.sources import Source, TypeGroup
from schema.subgraph.model import TypeDef

CODE = "INTERFACE_OBJECT_USAGE_ERROR"


def interface_object_usage(merging: Merging) -> None:
    """Report an interface object without interface, and one beside the types that it stands for."""
    for group in merging.types.values():
        if not group.is_interface_object:
            continue
        objects = [source for source in group.sources if is_interface_object(source.definition)]
        if len(objects) == len(group.sources):
            names = subgraphs(source.part.name for source in objects)
            merging.report.error(
                CODE,
                f"`{group.name}` is an @interfaceObject in {names}, but an interface nowhere: define the interface in "
                "the subgraph that knows its types.",
                objects,
                group.name,
            )
        for source in objects:
            _check_alone(merging, group, source)


def _check_alone(merging: Merging, group: TypeGroup, source: Source[TypeDef]) -> None:
    implementations = [
        Source(source.part, source.part.schema.types[name])
        for name in sorted(merging.subtypes.get(group.name, ()))
        if name in source.part.schema.types
    ]
    if implementations:
        types = listed(f"`{other.definition.name}`" for other in implementations)
        merging.report.error(
            CODE,
            f'`{group.name}` is an @interfaceObject in subgraph "{source.part.name}", which therefore cannot define '
            f"what implements it, {types}: make it an interface there, or leave those types to other subgraphs.",
            [source, *implementations],
            group.name,
        )
