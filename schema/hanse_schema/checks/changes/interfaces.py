"""Changes of the interfaces that a type implements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.changes.reach import Reach

FieldsType = GraphQLObjectType | GraphQLInterfaceType


def interface_changes(before: FieldsType, after: FieldsType) -> Iterator[Change]:
    """The interfaces that a type implements no longer, and the new parents of an interface."""
    is_object = isinstance(before, GraphQLObjectType)
    gone = ChangeKind.OBJECT_INTERFACE_REMOVED if is_object else ChangeKind.INTERFACE_PARENT_REMOVED
    for name in _added(after, before):
        yield Change(gone, before.name, f"{before.name} no longer implements {name}.", name)
    if not is_object:
        for name in _added(before, after):
            message = f"{before.name} now implements {name}."
            yield Change(ChangeKind.INTERFACE_PARENT_ADDED, before.name, message, name)


def implementation_changes(
    before: Mapping[str, GraphQLNamedType], after: Mapping[str, GraphQLNamedType], reach: Reach
) -> Iterator[Change]:
    """The new interfaces of object types, new types too: selections on these interfaces may receive the type.

    That is possible where operations can use the interface, whether or not they could use the type.
    """
    for name, type_ in after.items():
        if isinstance(type_, GraphQLObjectType):
            for interface in _added(before.get(name), type_):
                message = f"{name} now implements {interface}."
                usable = interface in reach.outputs
                yield Change(ChangeKind.OBJECT_INTERFACE_ADDED, name, message, interface, usable=usable)


def _added(before: GraphQLNamedType | None, after: FieldsType) -> list[str]:
    """The interfaces of the second type that the first, if it is one with interfaces, does not have."""
    old = {interface.name for interface in before.interfaces} if isinstance(before, FieldsType) else set()
    return [interface.name for interface in after.interfaces if interface.name not in old]
