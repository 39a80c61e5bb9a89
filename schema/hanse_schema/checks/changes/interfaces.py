"""Changes of the interfaces that a type implements."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLInterfaceType, GraphQLObjectType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind

FieldsType = GraphQLObjectType | GraphQLInterfaceType


def interface_changes(before: FieldsType, after: FieldsType) -> Iterator[Change]:
    """The interfaces that a type implements no longer, or newly."""
    is_object = isinstance(before, GraphQLObjectType)
    gone = ChangeKind.OBJECT_INTERFACE_REMOVED if is_object else ChangeKind.INTERFACE_PARENT_REMOVED
    added = ChangeKind.OBJECT_INTERFACE_ADDED if is_object else ChangeKind.INTERFACE_PARENT_ADDED
    old, new = ({interface.name: None for interface in type_.interfaces} for type_ in (before, after))
    for name in old:
        if name not in new:
            yield Change(gone, before.name, f"{before.name} no longer implements {name}.", name)
    for name in new:
        if name not in old:
            yield Change(added, before.name, f"{before.name} now implements {name}.", name)


def implementation_changes(type_: GraphQLObjectType, existing: frozenset[str]) -> Iterator[Change]:
    """The interfaces of a new object type that existed before: selections on these may receive the new type."""
    for interface in type_.interfaces:
        if interface.name in existing:
            message = f"The new type {type_.name} implements {interface.name}."
            yield Change(ChangeKind.OBJECT_INTERFACE_ADDED, type_.name, message, interface.name)
