"""Objects of the response tree as representations: found by path, sent once each, remembered with their targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from hanse_router.execute.errors import ResponsePath
from hanse_router.query_plan import (
    EntityGroup,
    EntityInput,
    Path,
    PathKey,
    PathList,
    PathTypes,
    Required,
    RequiredField,
)
from hanse_router.transports.protocol import File

Object = dict[str, Any]
Extract = Callable[[Object], Object | None]

MISSING: Final = object()


def _null_for_a_file(value: object) -> None:
    """What stands in JSON for a file, which goes beside it (GraphQL multipart request specification)."""
    if not isinstance(value, File):
        raise TypeError(f"{type(value).__name__} is no JSON")


encode = msgspec.json.Encoder(enc_hook=_null_for_a_file).encode  # keeps integers of any size


@dataclass(slots=True)
class Batch:
    """The representations of one group, and for each the objects that its entity goes to, by path of the plan.

    `targets` holds pairs of a path's index and an object.
    """

    representations: list[bytes] = field(default_factory=list)
    targets: list[list[tuple[int, Object]]] = field(default_factory=list)


class GroupInput:
    """Fills the batch of one entity group."""

    def __init__(self, group: EntityGroup) -> None:
        self.paths = group.paths
        self._extract = _extractor(group.inputs)

    def batch(self, root: Object) -> Batch:
        """The representations of all objects at the group's paths that have what is required."""
        return self.batch_of([objects_at(root, path) for path in self.paths])

    def batch_of(self, targets_by_path: Sequence[Sequence[Object]]) -> Batch:
        """The representations of those of the objects, by path, that have what is required."""
        batch = Batch()
        places: dict[bytes, int] = {}
        extract = self._extract
        for number, targets in enumerate(targets_by_path):
            seen: set[int] = set()  # objects shared by reference come along several ways
            for target in targets:
                if id(target) in seen:
                    continue
                seen.add(id(target))
                representation = extract(target)
                if representation is None:
                    continue
                encoded = encode(representation)
                place = places.get(encoded)
                if place is None:
                    place = places[encoded] = len(batch.representations)
                    batch.representations.append(encoded)
                    batch.targets.append([])
                batch.targets[place].append((number, target))
        return batch

    def whereabouts(self, root: Object) -> dict[int, list[ResponsePath]]:
        """Where in the response the objects at the group's paths stand, by their identity. Only errors ask this."""
        found: dict[int, list[ResponsePath]] = {}
        for path in self.paths:
            for target, place in _located(root, path, ()):
                places = found.setdefault(id(target), [])
                if place not in places:
                    places.append(place)
        return found


def objects_at(root: Object, path: Path) -> list[Object]:
    """The objects at a path of the response tree; what is null or of another shape on the way is passed over."""
    nodes: list[Any] = [root]
    for step in path:
        match step:
            case PathKey(key):
                nodes = [node[key] for node in nodes if isinstance(node, dict) and node.get(key) is not None]
            case PathList():
                nodes = [item for node in nodes if isinstance(node, list) for item in node if item is not None]
            case PathTypes(types):
                nodes = [node for node in nodes if isinstance(node, dict) and _is_among(node, types)]
    return [node for node in nodes if isinstance(node, dict)]


def static_path(path: Path) -> ResponsePath:
    """The part of a path that needs no index: what all objects there have in common."""
    keys: list[str | int] = []
    for step in path:
        if isinstance(step, PathList):
            break
        if isinstance(step, PathKey):
            keys.append(step.response_key)
    return tuple(keys)


def _located(node: Any, path: Path, place: ResponsePath) -> Iterator[tuple[Object, ResponsePath]]:
    if not path:
        if isinstance(node, dict):
            yield node, place
        return
    step, rest = path[0], path[1:]
    if isinstance(step, PathKey):
        if isinstance(node, dict):
            yield from _located(node.get(step.response_key), rest, (*place, step.response_key))
    elif isinstance(step, PathList):
        if isinstance(node, list):
            for index, item in enumerate(node):
                yield from _located(item, rest, (*place, index))
    elif isinstance(node, dict) and _is_among(node, step.runtime_types):
        yield from _located(node, rest, place)


def _is_among(node: Object, types: tuple[str, ...]) -> bool:
    name = typename_of(node)
    return name is None or name in types  # without a name it is of the one type that can be there


def typename_of(node: Object) -> str | None:
    """The name of an object's type; None where it has none, "" where a subgraph gave something that is no name."""
    name = node.get("__typename")
    return name if name is None or isinstance(name, str) else ""


def _extractor(inputs: Sequence[EntityInput]) -> Extract:
    by_type: dict[str, list[Extract]] = {}
    for input_ in inputs:
        for type_ in input_.runtime_types:
            by_type.setdefault(type_, []).append(_input(input_))
    only = inputs[0].runtime_types[0] if len(inputs) == 1 else ""

    def extract(node: Object) -> Object | None:
        name = typename_of(node)
        for way in by_type.get(only if name is None else name, ()):
            representation = way(node)
            if representation is not None:
                return representation
        return None

    return extract


def _input(input_: EntityInput) -> Extract:
    typename = input_.typename
    unnamed = input_.runtime_types[0]
    fill = _required(input_.required)
    keyless = null_below(input_.key) if input_.key else None

    def extract(node: Object) -> Object | None:
        representation: Object = {"__typename": typename or node.get("__typename", unnamed)}
        if not fill(node, representation):
            return None
        return None if keyless is not None and keyless(representation) else representation

    return extract


def null_below(key: Sequence[Required]) -> Callable[[Any], bool]:
    """A function that tells whether all that a representation has of a key is null: nothing can be found by it."""
    parts = [(name, null_below(selections)) for name, selections in fields_of(key)]

    def is_null(value: Any) -> bool:
        if isinstance(value, dict):
            return all(part(value.get(name)) for name, part in parts)
        return value is None or (isinstance(value, list) and bool(value) and all(map(is_null, value)))

    return is_null


def fields_of(required: Iterable[Required]) -> Iterator[tuple[str, Sequence[Required]]]:
    """The fields required at any type, with what is required below; without `__typename`."""
    for one in required:
        if not isinstance(one, RequiredField):
            yield from fields_of(one.selections)
        elif one.name != "__typename":
            yield one.name, one.selections


def reader(required: Sequence[Required]) -> Callable[[Object], Any]:
    """A function that reads the only leaf of what is required, whatever it is below; None where there is none."""
    fill = _required(required)

    def read(node: Object) -> Any:
        found: Object = {}
        value: Any = found if fill(node, found) else None
        while isinstance(value, dict):
            value = next((inner for name, inner in value.items() if name != "__typename"), None)
        return value

    return read


def _required(required: Sequence[Required]) -> Callable[[Object, Object], bool]:
    """A function that copies what is required of one object into another; false where something is missing."""
    fields: list[tuple[str, str, Callable[[Any], Any] | None]] = []
    fragments: list[tuple[frozenset[str], Callable[[Object, Object], bool]]] = []
    for one in required:
        if isinstance(one, RequiredField):
            fields.append((one.name, one.response_key, copier(one.selections) if one.selections else None))
        else:
            fragments.append((frozenset(one.runtime_types), _required(one.selections)))

    def fill(node: Object, into: Object) -> bool:
        for name, key, below in fields:
            value = node.get(key, MISSING)
            if value is MISSING:
                return False
            if below is not None and value is not None:
                value = below(value)
                if value is MISSING:
                    return False
                if name in into:
                    value = _united(into[name], value)
            into[name] = value
        typename = typename_of(node)
        return all(fill_more(node, into) for types, fill_more in fragments if typename is None or typename in types)

    return fill


def copier(selections: Sequence[Required]) -> Callable[[Any], Any]:
    """A function that copies what is required of a value's objects; MISSING where they lack some of it."""
    fill = _required(selections)
    abstract = any(not isinstance(one, RequiredField) for one in selections)

    def copy(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            items = [copy(item) for item in value]
            return MISSING if any(item is MISSING for item in items) else items
        if not isinstance(value, dict):
            return MISSING
        copied: Object = {}
        if abstract and "__typename" in value:
            copied["__typename"] = value["__typename"]
        return copied if fill(value, copied) else MISSING

    return copy


def _united(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _united(one[key], value) if key in one else value for key, value in other.items()}}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_united(left, right) for left, right in zip(one, other, strict=True)]
    return other
