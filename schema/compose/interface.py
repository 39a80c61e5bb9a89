"""Merges the definitions of an interface, and hands its interface objects' fields to what implements it."""

from __future__ import annotations

from schema.compose.applied import merge_applied
from schema.compose.composite import join_implements, join_types, merge_fields
from schema.compose.description import merge_description
from schema.compose.gather import is_interface_object
from schema.compose.join_directives import join_directives
from schema.compose.merging import Merging
from schema.compose.sources import TypeGroup
from schema.supergraph.model import Field, InterfaceType, JoinField, ObjectType


def merge_interface(merging: Merging, group: TypeGroup) -> InterfaceType:
    """The interface in the supergraph."""
    return InterfaceType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
        join_directives=join_directives(merging, group.sources),
        fields=merge_fields(merging, group),
        implements=join_implements(group),
    )


def add_interface_object_fields(merging: Merging) -> None:
    """Give every object the fields that interface objects add to its interfaces.

    No subgraph has such a field on the object itself, so it is joined to none.
    """
    groups = [group for group in merging.types.values() if group.is_interface_object]
    for group in groups:
        interface = merging.supergraph.types[group.name]
        assert isinstance(interface, InterfaceType)
        added = {
            name
            for source in group.sources
            if is_interface_object(source.definition)
            for name in source.definition.fields
        }
        for implementation in merging.subtypes.get(group.name, ()):
            owner = merging.supergraph.types.get(implementation)
            if isinstance(owner, ObjectType):
                for name, field in interface.fields.items():
                    if name in added and name not in owner.fields:
                        owner.fields[name] = _copy(field)


def _copy(field: Field) -> Field:
    return Field(
        name=field.name,
        type=field.type,
        arguments=field.arguments,
        description=field.description,
        directives=field.directives,
        joins=(JoinField(),),
    )
