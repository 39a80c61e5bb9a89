"""Resolvers of a mock: each field's value, decided by its object and by nothing else.

An object is what its type and identity say. That of an object that is no entity is its place below its parent. Entities
have numbers, which all their keys are made from, so that an entity is the same wherever and by whichever key the router
finds it. A key that no mock made decides a number too; the other keys are then made from that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)

from hanse.mocks.executable import ExecutableSubgraph
from hanse.mocks.scalars import scalar_value
from hanse.mocks.values_file import MAX_LIST, MockValues
from hanse_schema.subgraph.field_set import Selection

MAX_NUMBER = 2**31 - 1  # of entities: a number is also the value of keys of the type Int
POOL = 20  # different entities of a type that lists and references choose from
SIZES = ("first", "last", "limit", "take", "size", "pagesize", "count")  # arguments that size a list


_NUMBERED = re.compile(r"([0-9]{1,12})$")  # a text that ends with a number


@dataclass(frozen=True, slots=True)
class MockObject:
    """An object: its type, its identity, and the values that are known of it."""

    type: str
    identity: str
    known: Mapping[str, Any] = field(default_factory=dict)


class Resolver:
    """The values of one subgraph's fields."""

    def __init__(self, subgraph: ExecutableSubgraph, sdl: str, values: MockValues) -> None:
        self._schema = subgraph.schema
        self._keys = subgraph.keys
        self._sdl = sdl
        self._values = values
        self._made_keys: dict[tuple[str, int], dict[str, int]] = {}  # by type and position: key -> number

    def field(self, source: object, info: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:
        """The value of a field. graphql-core's field resolver."""
        name, parent = info.field_name, info.parent_type.name
        if name == "_service" and parent == "Query":
            return MockObject("_Service", "", {"sdl": self._sdl})
        if name == "_entities" and parent == "Query":
            return [self.entity(one["__typename"], one) for one in arguments["representations"]]
        owner = source if isinstance(source, MockObject) else MockObject(parent, parent)
        return self._value(owner, name, info.return_type, arguments)

    def type_of(self, value: MockObject, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
        """The name of an object's type. graphql-core's type resolver."""
        return value.type

    def entity(self, name: str, known: Mapping[str, Any]) -> MockObject:
        """The entity that a representation names, or an object with these values that is no entity."""
        values = {key: value for key, value in known.items() if key != "__typename" and value is not None}
        for position, selections in enumerate(self._keys.get(name, ())):
            key = _projected(values, selections)
            if key is not None:
                return self._numbered(name, self._number(name, position, key), values)
        return MockObject(name, f"{name} {_canonical(values)}", values)

    def _value(self, owner: MockObject, name: str, kind: GraphQLOutputType, arguments: Mapping[str, Any]) -> Any:
        others = {key: value for key, value in arguments.items() if key.lower() not in SIZES}
        place = f"{owner.identity}.{name}{_canonical(others) if others else ''}"
        if owner.known.get(name) is not None:
            return self._given(kind, owner.known[name], place)
        chosen = self._values.types.get(owner.type, {}).get(name)
        size = _wanted_size(arguments)
        if isinstance(chosen, dict) and set(chosen) == {"size"}:
            size = int(chosen["size"]) if size is None else size
        elif chosen is not None:
            return self._given(kind, self._chosen(chosen, kind, place, owner.known), place)
        return self._made(kind, name, place, self._values.list_size if size is None else min(size, MAX_LIST), others)

    def _chosen(self, value: Any, kind: GraphQLOutputType, place: str, known: Mapping[str, Any]) -> Any:
        """What a user's value means for a field: a function's result, or one of several values."""
        if callable(value):
            return value(dict(known))
        if isinstance(value, list) and not is_list_type(_nullable(kind)):
            return self._random(place).choice(value) if value else None
        return value

    def _given(self, kind: GraphQLOutputType, value: Any, place: str) -> Any:
        """A value that is known, with its objects completed."""
        kind = _nullable(kind)
        if value is None:
            return None
        if is_list_type(kind):
            items = value if isinstance(value, list) else [value]
            return [self._given(kind.of_type, item, f"{place}[{index}]") for index, item in enumerate(items)]
        if isinstance(value, dict) and not isinstance(kind, GraphQLScalarType):
            name = value.get("__typename") or self._concrete(kind, place)
            return self.entity(name, value) if name in self._keys else MockObject(name, place, value)
        return value

    def _made(self, kind: GraphQLOutputType, name: str, place: str, size: int, arguments: Mapping[str, Any]) -> Any:
        """A made-up value of a type for the field `name`."""
        kind = _nullable(kind)
        if is_list_type(kind):
            return self._list(kind.of_type, name, place, size)
        if isinstance(kind, GraphQLScalarType):
            return self._scalar(kind.name, name, place)
        if isinstance(kind, GraphQLEnumType):
            return self._random(place).choice(list(kind.values))
        return self._object(self._concrete(kind, place), place, arguments, self._random(place).randint(1, POOL))

    def _list(self, kind: GraphQLOutputType, name: str, place: str, size: int) -> list[Any]:
        """A list; where its items are entities, different ones."""
        root = place.partition(".")[0] in ("Query", "Mutation", "Subscription")
        pool = range(1, max(POOL, size) + 1)
        numbers = pool[:size] if root else self._random(place).sample(pool, size)
        inner = _nullable(kind)
        if is_list_type(inner) or isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            return [self._made(kind, name, f"{place}[{index}]", size, {}) for index in range(size)]
        places = ((number, f"{place}[{index}]") for index, number in enumerate(numbers))
        return [self._object(self._concrete(inner, at), at, {}, number) for number, at in places]

    def _scalar(self, scalar: str, name: str, place: str) -> object:
        random = self._random(place)
        chosen = self._values.scalars.get(scalar)
        if callable(chosen):
            return chosen(random)
        if isinstance(chosen, list) and chosen:
            return random.choice(chosen)
        return scalar_value(scalar, name, random) if chosen is None else chosen

    def _object(self, name: str, place: str, arguments: Mapping[str, Any], number: int) -> MockObject:
        """An object. Arguments that have the names of its fields, also inside inputs, are their values."""
        known = self._from_arguments(name, arguments)
        if name not in self._keys:
            return MockObject(name, place, known)
        if any(_projected(known, selections) is not None for selections in self._keys[name]):
            return self.entity(name, known)
        return self._numbered(name, number, {**known, **self._key(name, self._keys[name][0], number)})

    def _numbered(self, name: str, number: int, known: Mapping[str, Any]) -> MockObject:
        """The entity with a number, with all its keys. Values that are known, or chosen by the user, replace those."""
        keys: dict[str, Any] = {}
        for selections in self._keys[name]:
            keys = _merged(self._key(name, selections, number), keys)
        chosen = self._values.types.get(name, {})
        made = {key: value for key, value in keys.items() if key not in chosen}
        return MockObject(name, f"{name} {number}", {**made, **known})

    def _number(self, name: str, position: int, key: Mapping[str, Any]) -> int:
        """The number of the entity with a key, given the key's position among those of the type."""
        selections = self._keys[name][position]
        for number in _numbers_in(key):
            if self._key(name, selections, number) == key:
                return number
        made = self._made_keys.get((name, position))
        if made is None:  # for keys that do not show their number, such as dates
            numbers = range(1, MAX_LIST + 1)
            made = {_canonical(self._key(name, selections, number)): number for number in numbers}
            self._made_keys[name, position] = made
        text = _canonical(key)
        return made.get(text) or self._random(f"{name} {text}").randint(MAX_LIST + 1, MAX_NUMBER)

    def _from_arguments(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        fields = self._schema.get_type(name).fields  # type: ignore[union-attr]
        inputs = [value for value in arguments.values() if isinstance(value, dict)]
        flat = {key: value for one in (*inputs, arguments) for key, value in one.items()}
        return {key: value for key, value in flat.items() if key in fields and not isinstance(value, dict | list)}

    def _key(self, name: str, selections: Iterable[Selection], number: int) -> dict[str, Any]:
        """The key of the entity with a number."""
        fields = self._schema.get_type(name).fields  # type: ignore[union-attr]
        result: dict[str, Any] = {}
        for selection in selections:
            if selection.field is None or selection.field not in fields:
                continue
            kind = _nullable(fields[selection.field].type)
            place = f"{name} {number}.{selection.field}"
            if selection.selections is not None and not is_list_type(kind):
                result[selection.field] = self._key(self._concrete(kind, place), selection.selections, number)
            else:
                result[selection.field] = self._key_value(kind, name, selection.field, number)
        return result

    def _key_value(self, kind: GraphQLOutputType, name: str, key: str, number: int) -> Any:
        if isinstance(kind, GraphQLScalarType) and kind.name not in self._values.scalars:
            if kind.name in ("ID", "String"):
                return f"{name.lower()}-{number}" if kind.name == "ID" or key == "id" else f"{key}-{number}"
            if kind.name == "Int":
                return number
            if kind.name.lower() == "uuid":
                return f"00000000-0000-4000-8000-{number:012}"
        return self._made(kind, key, f"{name} {number}.{key}", 1, {})

    def _concrete(self, kind: GraphQLOutputType, place: str) -> str:
        """The name of an object type: itself, or one that an interface or union can be."""
        if not is_abstract_type(kind):
            return kind.name  # type: ignore[union-attr]
        possible = sorted(one.name for one in self._schema.get_possible_types(kind))
        return self._random(f"{place} type").choice(possible)

    def _random(self, place: str) -> Random:
        return Random(f"{self._values.seed} {place}")


def _nullable(kind: Any) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind


def _wanted_size(arguments: Mapping[str, Any]) -> int | None:
    sizes = (value for key, value in arguments.items() if key.lower() in SIZES and isinstance(value, int))
    size = next(sizes, None)
    return None if size is None else max(size, 0)


def _projected(values: Mapping[str, Any], selections: Iterable[Selection]) -> dict[str, Any] | None:
    """The part of the values that selections name; None when one is missing."""
    result: dict[str, Any] = {}
    for selection in selections:
        if selection.field is None:
            continue
        value = values.get(selection.field)
        if value is None:
            return None
        if selection.selections is not None and isinstance(value, dict):
            inner = _projected(value, selection.selections)
            if inner is None:
                return None
            value = inner
        result[selection.field] = value
    return result


def _merged(values: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, objects in them too; where both have a value, the stronger one's."""
    result = {**values, **stronger}
    for key in values.keys() & stronger.keys():
        if isinstance(values[key], dict) and isinstance(stronger[key], dict):
            result[key] = _merged(values[key], stronger[key])
    return result


def _numbers_in(key: Mapping[str, Any]) -> Iterator[int]:
    """The numbers that an entity with this key may have."""
    for value in key.values():
        if isinstance(value, dict):
            yield from _numbers_in(value)
        elif isinstance(value, int):
            yield value
        elif isinstance(value, str) and (match := _NUMBERED.search(value)):
            yield int(match[1])


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
