"""Changes of the fields of object and interface types."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLOutputType

from hanse_schema.checks.changes import type_refs
from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.elements import element_changes, removed
from hanse_schema.checks.changes.inputs import argument_changes
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.changes.response_shapes import ResponseShapes

FieldsType = GraphQLObjectType | GraphQLInterfaceType


def field_changes(before: FieldsType, after: FieldsType, shapes: ResponseShapes) -> Iterator[Change]:
    """The changes of the fields of a type, and of their arguments."""
    for name, field in before.fields.items():
        coordinate = f"{before.name}.{name}"
        if name in after.fields:
            new = after.fields[name]
            yield from element_changes(coordinate, field, new)
            yield from _type_changes(before.name, name, (field.type, new.type), shapes)
            yield from argument_changes(coordinate, field.args, new.args)
        else:
            yield removed(ChangeKind.FIELD_REMOVED, coordinate, field)
    for name in after.fields:
        if name not in before.fields:
            coordinate = f"{before.name}.{name}"
            yield Change(ChangeKind.FIELD_ADDED, coordinate, f"{coordinate} was added.")


def _type_changes(
    type_name: str, name: str, types: tuple[GraphQLOutputType, GraphQLOutputType], shapes: ResponseShapes
) -> Iterator[Change]:
    old, new = types
    if type_refs.same(old, new):
        return
    if not type_refs.returns(old, new):
        kind = ChangeKind.FIELD_TYPE_CHANGED
    elif shapes.may_conflict(type_name, name):
        kind = ChangeKind.FIELD_TYPE_NARROWED_BESIDE_OTHERS
    else:
        kind = ChangeKind.FIELD_TYPE_NARROWED
    coordinate = f"{type_name}.{name}"
    yield Change(kind, coordinate, f"The type of {coordinate} changed from {old} to {new}.")
