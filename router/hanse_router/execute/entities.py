"""Builds representations from objects of the response tree: each distinct one once, with its objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import msgspec

from hanse_router.execute.errors import LinkedPath, ResponsePath
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
MAX_LOCATED: Final = 50_000
_MANY = 1_000


def _null_for_a_file(value: object) -> None:
    """The JSON of a file: null. The file itself is another part (GraphQL multipart request specification)."""
    if not isinstance(value, File):
        raise TypeError(f"{type(value).__name__} is not JSON")


encode = msgspec.json.Encoder(enc_hook=_null_for_a_file).encode  # keeps integers of any size


@dataclass(slots=True)
class Batch:
    """The representations of one group, and for each of them the objects that its entity is written to.

    `targets` holds pairs of a path's index and an object.
    """

    representations: list[bytes] = field(default_factory=list)
    targets: list[list[tuple[int, Object]]] = field(default_factory=list)


class GroupInput:
    """Builds the batches of one entity group."""

    def __init__(self, group: EntityGroup) -> None:
        self.paths = group.paths
        self._extract = _extractor(group.inputs)

    def batch(self, root: Object) -> Batch:
        """The batch of all objects at the group's paths that have the required fields."""
        return self.batch_of([objects_at(root, path) for path in self.paths])

    def batch_of(self, targets_by_path: Sequence[Sequence[Object]]) -> Batch:
        """The batch of those objects that have the required fields. Objects are given by path."""
        batch = Batch()
        indices: dict[bytes, int] = {}
        extract = self._extract
        for number, targets in enumerate(targets_by_path):
            seen: set[int] = set()  # one object may be at several response paths
            for target in targets:
                if id(target) in seen:
                    continue
                seen.add(id(target))
                representation = extract(target)
                if representation is None:
                    continue
                encoded = encode(representation)
                index = indices.get(encoded)
                if index is None:
                    index = indices[encoded] = len(batch.representations)
                    batch.representations.append(encoded)
                    batch.targets.append([])
                batch.targets[index].append((number, target))
        return batch

    def response_paths(self, root: Object) -> dict[int, list[LinkedPath]]:
        """The response paths of the objects at the group's paths, by the object's id(). Only errors need them.

        Of more than MAX_LOCATED objects at a path only the first are located.
        """
        found: dict[int, list[LinkedPath]] = {}
        for path in self.paths:
            for target, response_path in _located(root, path):
                found.setdefault(id(target), []).append(response_path)
        return found


def objects_at(root: Object, path: Path) -> list[Object]:
    """The objects at a path of the response tree. Nulls and values of other shapes are skipped.

    An object that is at several response paths is in the list once, if the list is long.
    """
    nodes: list[Any] = [root]
    for step in path:
        match step:
            case PathKey(key):
                nodes = [node[key] for node in nodes if isinstance(node, dict) and node.get(key) is not None]
            case PathList():
                nodes = [item for node in nodes if isinstance(node, list) for item in node if item is not None]
            case PathTypes(types):
                nodes = [node for node in nodes if isinstance(node, dict) and _is_among(node, types)]
        if len(nodes) > _MANY:  # objects that share what is below them must not multiply at each step
            nodes = list({id(node): node for node in nodes}.values())
    return [node for node in nodes if isinstance(node, dict)]


def static_path(path: Path) -> ResponsePath:
    """The part of a path before its first list: all objects at the path have it in common."""
    keys: list[str | int] = []
    for step in path:
        if isinstance(step, PathList):
            break
        if isinstance(step, PathKey):
            keys.append(step.response_key)
    return tuple(keys)


def _located(root: Any, path: Path) -> list[tuple[Object, LinkedPath]]:
    """The objects at a path, each with its response path; the first MAX_LOCATED."""
    nodes: Iterable[tuple[Any, LinkedPath]] = [(root, ())]
    for step in path:
        match step:
            case PathKey(key):
                nodes = [(node.get(key), (at, key)) for node, at in nodes if isinstance(node, dict)]
            case PathList():
                lists = ((node, at) for node, at in nodes if isinstance(node, list))
                items = ((item, (at, index)) for node, at in lists for index, item in enumerate(node))
                nodes = list(islice(items, MAX_LOCATED))
            case PathTypes(types):
                nodes = [(node, at) for node, at in nodes if isinstance(node, dict) and _is_among(node, types)]
    return [(node, at) for node, at in nodes if isinstance(node, dict)]


def _is_among(node: Object, types: tuple[str, ...]) -> bool:
    """Whether the object's type is one of these; False while it is unknown, since the fetch that tells it failed."""
    return typename_of(node) in types


def typename_of(node: Object) -> str | None:
    """The `__typename` of an object; None if it has none, "" if it is not a string."""
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
        for extract_as in by_type.get(only if name is None else name, ()):
            representation = extract_as(node)
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
    """A function that returns whether all fields of a key are null: the entity cannot be fetched by it then."""
    parts = [(name, null_below(selections)) for name, selections in fields_of(key)]

    def is_null(value: Any) -> bool:
        if isinstance(value, dict):
            return bool(parts) and all(part(value.get(name)) for name, part in parts)
        return value is None or (isinstance(value, list) and bool(value) and all(map(is_null, value)))

    return is_null


def fields_of(required: Iterable[Required]) -> Iterator[tuple[str, Sequence[Required]]]:
    """The required fields of all types, with the required fields below them; without `__typename`."""
    for one in required:
        if not isinstance(one, RequiredField):
            yield from fields_of(one.selections)
        elif one.name != "__typename":
            yield one.name, one.selections


def reader(required: Sequence[Required]) -> Callable[[Object], Any]:
    """A function that reads the only leaf of the required fields, at any depth; it returns None if there is none."""
    fill = _required(required)

    def read(node: Object) -> Any:
        found: Object = {}
        value: Any = found if fill(node, found) else None
        while isinstance(value, dict):
            value = next((inner for name, inner in value.items() if name != "__typename"), value.get("__typename"))
        return value

    return read


def _required(required: Sequence[Required]) -> Callable[[Object, Object], bool]:
    """A function that copies the required fields of one object into another; it returns False if one is missing."""
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
    """A function that copies the required fields of a value's objects; it returns MISSING if one is missing."""
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
