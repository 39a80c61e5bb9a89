"""The elements of a schema that operations can use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

EXECUTABLE_LOCATIONS = frozenset(
    {
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """The names of types that operations can use, by position. A type may be in both."""

    outputs: frozenset[str]
    inputs: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name in self.outputs or name in self.inputs


def is_executable(directive: GraphQLDirective) -> bool:
    """Whether operations can contain the directive."""
    return any(location in EXECUTABLE_LOCATIONS for location in directive.locations)


def reach_of(schema: GraphQLSchema) -> Reach:
    """The types that are reached from the root types and the directives of operations.

    A fragment may lead from a type to each type that shares a possible type with it, in either direction.
    """
    walk = _Walk(schema)
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    walk.reach_outputs(root for root in roots if root is not None)
    for directive in schema.directives:
        if is_executable(directive):
            walk.reach_arguments(directive.args.values())
    return Reach(frozenset(walk.outputs), frozenset(walk.inputs))


class _Walk:
    def __init__(self, schema: GraphQLSchema) -> None:
        self.outputs: set[str] = set()
        self.inputs: set[str] = set()
        self._possible: dict[str, list[GraphQLNamedType]] = defaultdict(list)
        self._unions_of: dict[str, list[GraphQLUnionType]] = defaultdict(list)
        for type_ in schema.type_map.values():
            if isinstance(type_, GraphQLUnionType):
                self._possible[type_.name] = list(type_.types)
                for member in type_.types:
                    self._unions_of[member.name].append(type_)
            elif isinstance(type_, GraphQLObjectType):
                for interface in type_.interfaces:
                    self._possible[interface.name].append(type_)

    def reach_outputs(self, types: Iterable[GraphQLNamedType]) -> None:
        pending = [*types]
        while pending:
            type_ = pending.pop()
            if type_.name in self.outputs:
                continue
            self.outputs.add(type_.name)
            pending += self._possible[type_.name]
            pending += self._unions_of[type_.name]
            if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
                pending += type_.interfaces
                for field in type_.fields.values():
                    pending.append(get_named_type(field.type))
                    self.reach_arguments(field.args.values())

    def reach_arguments(self, arguments: Iterable[GraphQLArgument]) -> None:
        pending: list[GraphQLNamedType] = [get_named_type(argument.type) for argument in arguments]
        while pending:
            type_ = pending.pop()
            if type_.name not in self.inputs:
                self.inputs.add(type_.name)
                if isinstance(type_, GraphQLInputObjectType):
                    pending += [get_named_type(field.type) for field in type_.fields.values()]
