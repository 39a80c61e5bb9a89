"""Access requirements inherited between types: from interface objects to objects, and from objects to interfaces.

A caller that can read a field through an interface must be allowed to read it on every implementing object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hanse_schema.compose.field_use import ACCESS
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldGroup, FieldSource, Source, TypeGroup
from hanse_schema.subgraph.model import Applied, Kind, TypeDef


@dataclass(frozen=True, slots=True)
class Requirements:
    """The access requirements of an element, without its other directives."""

    directives: list[Applied]


def inherited_by_field(merging: Merging, group: FieldGroup) -> list[Source[Requirements]]:
    """What a field inherits: on an object from interface objects, on an interface from implementing objects."""
    if not merging.restricts_access:
        return []
    if group.owner.kind is Kind.OBJECT:
        return list(_requirements(group.abstracted))
    found: list[Source[Requirements]] = []
    for implementation in _objects(merging, group.owner):
        field = implementation.fields.get(group.name)
        if field is not None:
            found += _requirements([*field.sources, *field.abstracted])
    return found


def inherited_by_type(merging: Merging, group: TypeGroup) -> list[Source[Requirements]]:
    """What an interface inherits from its implementing objects."""
    if not merging.restricts_access:
        return []
    return [
        requirements
        for implementation in _objects(merging, group)
        for requirements in _requirements(implementation.sources)
    ]


def _objects(merging: Merging, group: TypeGroup) -> Iterator[TypeGroup]:
    for name in sorted(merging.subtypes.get(group.name, ())):
        implementation = merging.types.get(name)
        if implementation is not None and implementation.kind is Kind.OBJECT:
            yield implementation


def _requirements(sources: Iterable[FieldSource | Source[TypeDef]]) -> Iterator[Source[Requirements]]:
    for source in sources:
        directives = [d for d in source.definition.directives if d.name in ACCESS and d.spec is not None]
        if directives:
            yield Source(source.part, Requirements(directives))
