"""Which fields of an operation an object of one type has, in the client's order."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graphql import GraphQLAbstractType, GraphQLNamedType, GraphQLSchema, is_abstract_type

from hanse_router.execute.conditions import Booleans, holds
from hanse_router.operation import Field, Operation

Collected = dict[str, list[Field]]


class Collector:
    """Collects fields (GraphQL specification, 6.3.2) for known values of the variables in conditions.

    `denied` are the fields that the caller may not see: they are null in the response, whatever was fetched.
    """

    def __init__(
        self,
        operation: Operation,
        api_schema: GraphQLSchema,
        booleans: Booleans,
        denied: Collection[Field] = (),
    ) -> None:
        self.api_schema = api_schema
        self.denied = denied
        self._operation = operation
        self._booleans = booleans

    def root(self) -> Collected:
        """The root fields of the operation, by response key."""
        return self._collect(self._operation.selections, self._operation.root)

    def below(self, fields: Iterable[Field], type_: GraphQLNamedType) -> Collected:
        """The fields below merged fields, for an object of the type.

        The type is an object type, or an interface if no more is known of the object: then only the fields that are
        selected for all its object types are collected.
        """
        return self._collect((child for field in fields for child in field.selections or ()), type_)

    def _collect(self, fields: Iterable[Field], type_: GraphQLNamedType) -> Collected:
        types = frozenset(possible_types(self.api_schema, type_) if is_abstract_type(type_) else (type_.name,))
        collected: Collected = {}
        for field in fields:
            if types <= field.types and holds(field.conditions, self._booleans):
                collected.setdefault(field.response_key, []).append(field)
        return collected


def possible_types(api_schema: GraphQLSchema, type_: GraphQLAbstractType) -> tuple[str, ...]:
    """The names of the object types that a value of an abstract type can have."""
    return tuple(possible.name for possible in api_schema.get_possible_types(type_))
