"""Merges the definitions of an interface, and adds its interface objects' fields to the implementing objects."""

from __future__ import annotations

from hanse_schema.compose.access import inherited_by_type
from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.composite import join_implements, join_types, merge_fields
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.join_directives import join_directives
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldGroup, TypeGroup
from hanse_schema.supergraph.model import Field, InterfaceType, JoinField, ObjectType


def merge_interface(merging: Merging, group: TypeGroup) -> InterfaceType:
    """The interface in the supergraph."""
    return InterfaceType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, [*group.sources, *inherited_by_type(merging, group)], group.name),
        joins=join_types(group),
        join_directives=join_directives(merging, group.sources),
        fields=merge_fields(merging, group),
        implements=join_implements(group),
    )


def add_interface_object_fields(merging: Merging) -> None:
    """Add to every object the fields that only its interface objects have.

    No subgraph has such a field on the object itself, so it gets no join record.
    """
    for group in merging.types.values():
        owner = merging.supergraph.types.get(group.name)
        if isinstance(owner, ObjectType):
            for name, field in group.fields.items():
                made = None if field.sources else _abstracted_field(merging, field)
                if made is not None:
                    owner.fields[name] = made


def _abstracted_field(merging: Merging, group: FieldGroup) -> Field | None:
    """The field as the interface has it, with the access requirements of its interface objects only."""
    interface = merging.supergraph.types.get(group.abstracted[0].owner.name)
    field = interface.fields.get(group.name) if isinstance(interface, InterfaceType) else None
    if field is None:
        return None
    directives = merge_applied(merging, group.abstracted, group.coordinate)
    return Field(
        name=field.name,
        type=field.type,
        arguments=field.arguments,
        description=field.description,
        directives=directives,
        joins=(JoinField(),),
    )
