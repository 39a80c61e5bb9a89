"""What a supergraph says about costs: `@cost` and `@listSize`, read once.

Federation carries both in https://specs.apollo.dev/cost/v0.1. Weights below 0 count as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLNamedType, is_abstract_type, is_input_object_type, is_object_type

from hanse_schema.supergraph import possible_types
from hanse_schema.supergraph.links import directive_name
from hanse_schema.supergraph.model import (
    AppliedDirective,
    EnumType,
    InputObjectType,
    InputValue,
    InterfaceType,
    ObjectType,
    ScalarType,
    Supergraph,
)

Coordinate = tuple[str, ...]  # Type, field, argument


@dataclass(frozen=True, slots=True)
class ListSize:
    """`@listSize`: how long a list is assumed to be, or which arguments say so.

    With `sized_fields` it is about these fields of the object that the field returns, and not about the field.
    """

    assumed: int | None = None
    slicing: tuple[str, ...] = ()
    sized_fields: frozenset[str] = frozenset()
    needs_one: bool = True  # an operation has to give exactly one slicing argument


class CostRules:
    """The weights and list sizes of a supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._possible = possible_types(supergraph)
        self._cost = directive_name(supergraph, "cost")
        self._list_size = directive_name(supergraph, "cost", "listSize")
        self._weights: dict[Coordinate, int] = {}
        self._sizes: dict[Coordinate, ListSize] = {}
        self._known_weights: dict[tuple[frozenset[str], str, str], int] = {}
        self._known_sizes: dict[tuple[str, frozenset[str], str], tuple[ListSize, ...]] = {}
        if self._cost is not None:
            self._read(supergraph)

    def field(self, types: frozenset[str], name: str, returned: GraphQLNamedType) -> int:
        """The weight of a field for objects of `types`: the largest that one of them has."""
        key = (types, name, returned.name)
        weight = self._known_weights.get(key)
        if weight is None:
            default = self.type(returned)
            weight = max((self._weights.get((type_, name), default) for type_ in types), default=default)
            self._known_weights[key] = weight
        return weight

    def type(self, type_: GraphQLNamedType) -> int:
        """The weight of a type: that of `@cost`; else 1 for what has fields, 0 for scalars and enums."""
        if is_abstract_type(type_):
            possible = self._possible.get(type_.name, frozenset())
            return max((self._weights.get((name,), 1) for name in possible), default=1)
        default = int(is_object_type(type_) or is_input_object_type(type_))
        return self._weights.get((type_.name,), default)

    def argument(self, types: frozenset[str], field: str, name: str) -> int | None:
        """The `@cost` of a field's argument, or None: then it is that of its type."""
        if not self._weights:
            return None
        found = [self._weights[key] for type_ in types if (key := (type_, field, name)) in self._weights]
        return max(found, default=None)

    def input_field(self, type_: str, name: str) -> int | None:
        """The `@cost` of an input object's field, or None: then it is that of its type."""
        return self._weights.get((type_, name))

    def sizes(self, parent: str, types: frozenset[str], field: str) -> tuple[ListSize, ...]:
        """The list sizes that a field declares: on the types of its objects, or on the type it is selected on."""
        if not self._sizes:
            return ()
        key = (parent, types, field)
        found = self._known_sizes.get(key)
        if found is None:
            declared = (self._sizes.get((type_, field)) for type_ in types)
            found = tuple(dict.fromkeys(one for one in declared if one is not None))
            if not found and (parent, field) in self._sizes:
                found = (self._sizes[parent, field],)
            self._known_sizes[key] = found
        return found

    def _read(self, supergraph: Supergraph) -> None:
        for type_ in supergraph.types.values():
            if isinstance(type_, ObjectType | ScalarType | EnumType):
                self._weigh((type_.name,), type_.directives)
            if isinstance(type_, ObjectType | InterfaceType):
                for field in type_.fields.values():
                    self._weigh((type_.name, field.name), field.directives)
                    self._size((type_.name, field.name), field.directives)
                    self._weigh_each((type_.name, field.name), field.arguments)
            elif isinstance(type_, InputObjectType):
                self._weigh_each((type_.name,), type_.fields)

    def _weigh_each(self, above: Coordinate, values: Mapping[str, InputValue]) -> None:
        for value in values.values():
            self._weigh((*above, value.name), value.directives)

    def _weigh(self, coordinate: Coordinate, directives: Iterable[AppliedDirective]) -> None:
        for directive in directives:
            if directive.name == self._cost and isinstance(weight := directive.values().get("weight"), int):
                self._weights[coordinate] = max(0, weight)

    def _size(self, coordinate: Coordinate, directives: Iterable[AppliedDirective]) -> None:
        for directive in directives:
            if directive.name == self._list_size:
                self._sizes[coordinate] = _list_size(directive.values())


def _list_size(values: Mapping[str, Any]) -> ListSize:
    assumed = values.get("assumedSize")
    return ListSize(
        max(0, assumed) if isinstance(assumed, int) else None,
        tuple(_names(values.get("slicingArguments"))),
        frozenset(_names(values.get("sizedFields"))),
        needs_one=values.get("requireOneSlicingArgument") is not False,
    )


def _names(value: object) -> list[str]:
    """A list of names; GraphQL also accepts a single value for a list."""
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item is not None]
