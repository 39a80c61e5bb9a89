"""The response's shape, place by place, as the client's document and the API schema tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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

MOST_TYPES = 50  # an abstract place with more is left to the general path
Brought = Literal["never", "maybe", "always"]


@dataclass(slots=True, eq=False)
class Slot:
    """A field of the objects at one place.

    `annotation` is the type of a leaf, without lists and nullability; a field with objects has a `shape` instead.
    `lists` has an entry for each list around it, outermost first: whether its items may be null.
    """

    key: str
    attribute: str
    annotation: Any = None
    lists: tuple[bool, ...] = ()
    shape: Shape | None = None
    hidden: bool = False
    typename: bool = False
    opaque: bool = False  # hidden objects, held as plain JSON
    non_null: bool = False  # of an object place: by the API schema
    brought: Brought = "never"  # with the object itself
    later: bool = False  # by an entity fetch
    source: object = None  # what brings the objects below
    needed: bool = False  # hidden, and read by some representation
    feeds: bool = False  # brought by an entity fetch, and read by some representation
    whole: bool = False  # of objects: one fetch brings them, whenever it brings the object that they are under
    shared: bool = False  # equal ones are one object in memory

    @property
    def may_lack(self) -> bool:
        """Whether it is null in the end, but told apart on the way, where its entity did not come."""
        return self.feeds and not self.hidden


@dataclass(slots=True, eq=False)
class Shape:
    """The objects at one place: their possible types, and what is known of their fields.

    `visible` and `hidden` are by response key; for an abstract place `of_type` tells which visible keys a type has, and
    whether they are non-null.
    """

    types: tuple[str, ...]
    abstract: bool
    parent: Shape | None = None
    slot: Slot | None = None
    visible: dict[str, Slot] = field(default_factory=dict)
    hidden: dict[str, Slot] = field(default_factory=dict)
    of_type: dict[str, dict[str, bool]] = field(default_factory=dict)

    def find(self, key: str) -> Slot | None:
        """The field under a response key."""
        return self.visible.get(key) or self.hidden.get(key)

    def slots(self) -> Iterator[Slot]:
        """The fields that its objects have in memory."""
        yield from self.visible.values()
        yield from (slot for slot in self.hidden.values() if slot.needed)

    def walk(self) -> Iterator[Shape]:
        """This place and all below."""
        yield self
        for slot in self.visible.values():
            if slot.shape is not None:
                yield from slot.shape.walk()


class Shaper:
    """Builds the shape of one operation. `attribute` gives each response key the name of a Python attribute."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._attributes: dict[str, str] = {}

    def attribute(self, key: str) -> str:
        """The name under which values with this response key are held."""
        return self._attributes.setdefault(key, f"f{len(self._attributes)}")

    def root(self, type_: GraphQLObjectType, collected: Collected) -> Shape:
        """The shape from the root on. Raises Unsupported."""
        shape = Shape((type_.name,), abstract=False)
        self._fill_object(shape, type_, collected)
        return shape

    def leaf(self, named: Any) -> Any:
        """The annotation of a leaf type; any JSON where the type is not known to clients."""
        if isinstance(named, GraphQLEnumType):
            return Literal[tuple(named.values)]
        return _SCALARS.get(getattr(named, "name", named), ANY_JSON)

    def _fill_object(self, shape: Shape, type_: GraphQLObjectType, collected: Collected) -> None:
        for key, fields in collected.items():
            shape.visible[key] = self._slot(shape, type_, key, fields)

    def _slot(self, shape: Shape, type_: GraphQLObjectType, key: str, fields: list[Field]) -> Slot:
        name = fields[0].name
        self._refuse_denied(fields)
        if name == "__typename":
            return Slot(key, self.attribute(key), Literal[shape.types], typename=True, non_null=True)
        if name.startswith("__"):
            raise Unsupported(Reason.INTROSPECTION)
        output = type_.fields[name].type
        non_null = isinstance(output, GraphQLNonNull)
        slot = Slot(key, self.attribute(key), lists=_lists(output), non_null=non_null)
        named = get_named_type(output)
        if is_leaf_type(named):
            slot.annotation = self.leaf(named)
        else:
            slot.shape = self._below(shape, slot, named, fields)
        return slot

    def _below(self, parent: Shape, slot: Slot, named: Any, fields: list[Field]) -> Shape:
        collector = self._collector
        if isinstance(named, GraphQLObjectType):
            shape = Shape((named.name,), abstract=False, parent=parent, slot=slot)
            self._fill_object(shape, named, collector.below(fields, named))
            return shape
        assert is_abstract_type(named)
        types = possible_types(collector.api_schema, named)
        if not 0 < len(types) <= MOST_TYPES:
            raise Unsupported(Reason.MANY_TYPES, named.name)
        shape = Shape(types, abstract=True, parent=parent, slot=slot)
        self._fill_abstract(shape, fields)
        return shape

    def _fill_abstract(self, shape: Shape, fields: list[Field]) -> None:
        """Fields of all possible types, in an order that is each type's own."""
        made: dict[str, tuple[tuple[Any, ...], Slot]] = {}
        orders: list[tuple[str, ...]] = []
        for name in shape.types:
            type_ = self._collector.api_schema.get_type(name)
            assert isinstance(type_, GraphQLObjectType)
            collected = self._collector.below(fields, type_)
            orders.append(tuple(collected))
            nullability = shape.of_type[name] = {}
            for key, merged in collected.items():
                self._refuse_denied(merged)
                field_name = merged[0].name
                typename = field_name == "__typename"
                output = None if typename else type_.fields[field_name].type
                nullability[key] = typename or isinstance(output, GraphQLNonNull)
                inner = output.of_type if isinstance(output, GraphQLNonNull) else output
                identity = (typename, str(inner), tuple(id(one.node) for one in merged if one.selections is not None))
                known = made.get(key)
                if known is None:
                    made[key] = identity, self._slot(shape, type_, key, merged)
                elif known[0] != identity:
                    raise Unsupported(Reason.FIELD_TYPES, key)
        for key in _common_order(orders):
            shape.visible[key] = made[key][1]

    def _refuse_denied(self, fields: Iterable[Field]) -> None:
        if any(field in self._collector.denied for field in fields):
            raise Unsupported(Reason.DENIED_FIELD)


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
    """All keys in an order that agrees with each of these orders. Raises Unsupported where there is none."""
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


ANY_JSON = str | int | float | bool | list[Any] | dict[str, Any]
_INT = Annotated[int, Meta(ge=INT_MIN, le=INT_MAX)]
_SCALARS: dict[str, Any] = {
    "String": str,
    "ID": str,
    "Int": _INT,
    "Float": int | float,
    "Boolean": bool,
}

# Annotations of values that are equal just where their JSON is; others are compared as JSON.
HASHED_AS_SENT: tuple[Any, ...] = (str, bool, _INT)
