"""Changes of types: added, removed, of another kind, or in the parts that types of their kind have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.elements import description_changes
from hanse_schema.checks.changes.enums import enum_changes
from hanse_schema.checks.changes.fields import field_changes
from hanse_schema.checks.changes.input_objects import input_object_changes
from hanse_schema.checks.changes.interfaces import implementation_changes, interface_changes
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.changes.reach import Reach, reach_of
from hanse_schema.checks.changes.response_shapes import ResponseShapes
from hanse_schema.checks.changes.scalars import scalar_changes
from hanse_schema.checks.changes.unions import union_changes

_KINDS: dict[type[GraphQLNamedType], str] = {
    GraphQLScalarType: "a scalar",
    GraphQLObjectType: "an object type",
    GraphQLInterfaceType: "an interface",
    GraphQLUnionType: "a union",
    GraphQLEnumType: "an enum",
    GraphQLInputObjectType: "an input object",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rules need to know of the whole schemas."""

    reach: Reach
    shapes: ResponseShapes


def type_changes(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    """The changes of all types. Those of types that no operation on the old schema can use are not usable."""
    known = _Known(reach_of(before), ResponseShapes(before, after))
    old, new = _types_of(before), _types_of(after)
    for name, type_ in old.items():
        if name in new:
            changes = _changes(type_, new[name], known)
        else:
            changes = iter([Change(ChangeKind.TYPE_REMOVED, name, f"{name} was removed.")])
        for change in changes:
            yield change if name in known.reach else replace(change, usable=False)
    for name in new:
        if name not in old:
            yield Change(ChangeKind.TYPE_ADDED, name, f"{name} was added.")
    yield from implementation_changes(old, new, known.reach)


def _types_of(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_specified_scalar_type(type_) and not is_introspection_type(type_)
    }


def _changes(before: GraphQLNamedType, after: GraphQLNamedType, known: _Known) -> Iterator[Change]:
    yield from description_changes(before.name, before, after)
    match before, after:
        case GraphQLObjectType(), GraphQLObjectType():
            yield from interface_changes(before, after)
            yield from field_changes(before, after, known.shapes)
        case GraphQLInterfaceType(), GraphQLInterfaceType():
            yield from interface_changes(before, after)
            yield from field_changes(before, after, known.shapes)
        case GraphQLUnionType(), GraphQLUnionType():
            yield from union_changes(before, after)
        case GraphQLEnumType(), GraphQLEnumType():
            yield from enum_changes(before, after, known.reach)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            yield from input_object_changes(before, after)
        case GraphQLScalarType(), GraphQLScalarType():
            yield from scalar_changes(before, after)
        case _:
            message = f"{before.name} was {_kind(before)} and is now {_kind(after)}."
            yield Change(ChangeKind.TYPE_KIND_CHANGED, before.name, message)


def _kind(type_: GraphQLNamedType) -> str:
    return _KINDS[type(type_)]
