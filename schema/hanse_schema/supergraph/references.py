"""Checks that every type that a supergraph's definitions refer to exists and is of a fitting kind."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.supergraph.errors import InvalidSupergraphError
from hanse_schema.supergraph.model import (
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    ObjectType,
    ScalarType,
    Supergraph,
    UnionType,
)
from hanse_schema.type_ref import named_type

_BUILT_IN = frozenset({"Int", "Float", "String", "Boolean", "ID"})
_INPUT = (ScalarType, EnumType, InputObjectType)
_OUTPUT = (ScalarType, EnumType, ObjectType, InterfaceType, UnionType)

Kinds = tuple[type, ...]
Reference = tuple[str, str, str, Kinds]
"""The coordinate, how it refers to the type, the type's name, and the kinds that fit."""


def check_references(supergraph: Supergraph) -> None:
    """Raises InvalidSupergraphError at the first reference to a type that is undefined or of a wrong kind."""
    for coordinate, relation, name, kinds in _references(supergraph):
        definition = supergraph.types.get(name)
        if definition is None and not (name in _BUILT_IN and ScalarType in kinds):
            raise InvalidSupergraphError(f"{coordinate} {relation} {name}, which is not defined")
        if definition is not None and not isinstance(definition, kinds):
            raise InvalidSupergraphError(f"{coordinate} {relation} {name}, which is of a kind that does not fit there")


def _references(supergraph: Supergraph) -> Iterator[Reference]:
    for type_ in supergraph.types.values():
        name = type_.name
        if isinstance(type_, InputObjectType):
            yield from ((f"{name}.{field.name}", *_input(field)) for field in type_.fields.values())
        elif isinstance(type_, UnionType):
            yield from ((name, "has the member", member, (ObjectType,)) for member in type_.member_names)
        elif isinstance(type_, ObjectType | InterfaceType):
            yield from ((name, "implements", interface, (InterfaceType,)) for interface in type_.interfaces)
            for field in type_.fields.values():
                yield from _of_field(f"{name}.{field.name}", field)


def _of_field(coordinate: str, field: Field) -> Iterator[Reference]:
    own_types = [join.type for join in field.joins if join.type is not None]
    for type_ in (field.type, *own_types):
        yield coordinate, "has the type", named_type(type_), _OUTPUT
    for argument in field.arguments.values():
        yield f"{coordinate}({argument.name}:)", *_input(argument)
    for join in field.joins:
        for filled in join.context_arguments:
            yield f"{coordinate}({filled.name}:)", "has the type", named_type(filled.type), _INPUT


def _input(value: InputValue) -> tuple[str, str, Kinds]:
    return "has the type", named_type(value.type), _INPUT
