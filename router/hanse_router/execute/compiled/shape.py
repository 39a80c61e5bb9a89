"""The shape of a response: its objects and selected fields, as the operation and the API schema define them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from msgspec import Meta

from hanse_router.execute.collect import Collected, Collector, possible_types
from hanse_router.execute.compiled.reasons import Reason, Unsupported
from hanse_router.execute.leaves import INT_MAX, INT_MIN
from hanse_router.operation import Field

MAX_TYPES = 50  # of one abstract type; with more, the general path executes the operation

ANY_JSON = str | int | float | bool | list[Any] | dict[str, Any]
_INT = Annotated[int, Meta(ge=INT_MIN, le=INT_MAX)]
_SCALARS: dict[str, Any] = {"String": str, "ID": str, "Int": _INT, "Float": int | float, "Boolean": bool}

# Annotations of values that are equal exactly if their JSON is; others are compared as JSON.
HASHED_AS_SENT: tuple[Any, ...] = (str, bool, _INT)


@dataclass(frozen=True, slots=True, eq=False)
class ShapeField:
    """A field of the objects of a shape.

    `annotation` is the Python type of a leaf, without lists and nullability; a field with objects has `below` instead.
    `lists` has an entry for each list around it, outermost first: whether its items are nullable. A field that is not
    `selected` by the client is fetched for representations; `opaque` are objects among those, kept as plain JSON.
    """

    key: str
    annotation: Any = None
    lists: tuple[bool, ...] = ()
    below: Shape | None = None
    non_null: bool = False
    typename: bool = False
    selected: bool = True
    opaque: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The objects at one response path: their possible types and their selected fields, in the client's order.

    `path` has response keys only. For an abstract type, `of_type` holds the keys that each type selects, and whether
    they are non-null there.
    """

    path: tuple[str, ...]
    types: tuple[str, ...]
    fields: Mapping[str, ShapeField]
    abstract: bool = False
    of_type: Mapping[str, Mapping[str, bool]] = field(default_factory=lambda: MappingProxyType({}))


def leaf_annotation(named: Any) -> Any:
    """The Python type of a leaf type, given by name or as a type; any JSON where the API schema lacks the type."""
    if isinstance(named, GraphQLEnumType):
        return Literal[tuple(named.values)]
    return _SCALARS.get(getattr(named, "name", named), ANY_JSON)


class Shaper:
    """Builds the shape of one operation."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def root(self, type_: GraphQLObjectType, collected: Collected) -> Shape:
        """The shape of the root object. Raises Unsupported."""
        return self._object((), type_, collected)

    def _object(self, path: tuple[str, ...], type_: GraphQLObjectType, collected: Collected) -> Shape:
        types = (type_.name,)
        fields = {key: self._field(path, types, type_, key, merged) for key, merged in collected.items()}
        return Shape(path, types, fields)

    def _field(
        self, path: tuple[str, ...], types: tuple[str, ...], type_: GraphQLObjectType, key: str, merged: list[Field]
    ) -> ShapeField:
        name = merged[0].name
        self._refuse_denied(merged)
        if name == "__typename":
            return ShapeField(key, Literal[types], typename=True, non_null=True)
        if name.startswith("__"):
            raise Unsupported(Reason.INTROSPECTION)
        output = type_.fields[name].type
        lists, non_null, named = _lists(output), isinstance(output, GraphQLNonNull), get_named_type(output)
        if is_leaf_type(named):
            return ShapeField(key, leaf_annotation(named), lists, non_null=non_null)
        return ShapeField(key, None, lists, self._below((*path, key), named, merged), non_null)

    def _below(self, path: tuple[str, ...], named: Any, merged: list[Field]) -> Shape:
        if isinstance(named, GraphQLObjectType):
            return self._object(path, named, self._collector.below(merged, named))
        assert is_abstract_type(named)
        types = possible_types(self._collector.api_schema, named)
        if not 0 < len(types) <= MAX_TYPES:
            raise Unsupported(Reason.MANY_TYPES, named.name)
        return self._abstract(path, types, merged)

    def _abstract(self, path: tuple[str, ...], types: tuple[str, ...], merged: list[Field]) -> Shape:
        """The fields of all possible types together, in an order that suits each of them."""
        made: dict[str, tuple[tuple[Any, ...], ShapeField]] = {}
        of_type: dict[str, dict[str, bool]] = {}
        for name in types:
            type_ = self._collector.api_schema.get_type(name)
            assert isinstance(type_, GraphQLObjectType)
            nullability = of_type[name] = {}
            for key, fields in self._collector.below(merged, type_).items():
                self._refuse_denied(fields)
                typename = fields[0].name == "__typename"
                output = None if typename else type_.fields[fields[0].name].type
                nullability[key] = typename or isinstance(output, GraphQLNonNull)
                identity = _identity(fields, output)
                known = made.get(key)
                if known is None:
                    made[key] = identity, self._field(path, types, type_, key, fields)
                elif known[0] != identity:
                    raise Unsupported(Reason.FIELD_TYPES, key)
        fields_in_order = {key: made[key][1] for key in _common_order(map(tuple, of_type.values()))}
        return Shape(path, types, fields_in_order, abstract=True, of_type=of_type)

    def _refuse_denied(self, fields: Iterable[Field]) -> None:
        if any(field in self._collector.denied for field in fields):
            raise Unsupported(Reason.DENIED_FIELD)


def _identity(fields: list[Field], output: GraphQLOutputType | None) -> tuple[Any, ...]:
    """Equal for two types' fields that one class can hold under the same key."""
    inner = output.of_type if isinstance(output, GraphQLNonNull) else output
    return str(inner), tuple(id(one.node) for one in fields if one.selections is not None)


def _lists(output: GraphQLOutputType) -> tuple[bool, ...]:
    found: list[bool] = []
    type_: Any = output.of_type if isinstance(output, GraphQLNonNull) else output
    while isinstance(type_, GraphQLList):
        type_ = type_.of_type
        found.append(not isinstance(type_, GraphQLNonNull))
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
    return tuple(found)


def _common_order(orders: Iterable[tuple[str, ...]]) -> list[str]:
    """All keys in an order that agrees with each of these orders. Raises Unsupported if there is none."""
    before: dict[str, set[str]] = {}
    for order in orders:
        for index, key in enumerate(order):
            before.setdefault(key, set()).update(order[max(0, index - 1) : index])
    result: list[str] = []
    while before:
        ready = next((key for key, earlier in before.items() if not earlier & before.keys()), None)
        if ready is None:
            raise Unsupported(Reason.FIELD_ORDER)
        result.append(ready)
        del before[ready]
    return result
