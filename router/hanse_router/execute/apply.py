"""A fetch's reply applied: its data written into the response tree, its errors noted at the client's paths."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from hanse_router.execute.entities import Batch, Object, objects_at, static_path
from hanse_router.execute.errors import (
    MALFORMED,
    MISSING_ENTITY,
    Error,
    PathItem,
    ResponsePath,
    carried_error,
    fetch_error,
)
from hanse_router.execute.fetch import CompiledFetch, CompiledGroup, Reply
from hanse_router.execute.merge import copied, merge

Places = Callable[[int, int], Iterable[ResponsePath]]
"""Where in the response the objects stand that a group's representation was made of, by the numbers of both."""


def failed(fetch: CompiledFetch, asked: Sequence[int], message: str, code: str) -> list[Error]:
    """The errors of a fetch that brought nothing: one for each place that it was made for.

    `asked` tells how many representations each group sent.
    """
    return [fetch_error(message, code, fetch.subgraph, path or None) for path in _places(fetch, asked)]


def apply_root(root: Object, fetch: CompiledFetch, reply: Reply, object_types: Collection[str]) -> list[Error]:
    """Write the reply of a root fetch; the errors it brought."""
    paths = fetch.fetch.paths
    data = reply.get("data")
    if data is not None:
        fetch.keys.rename(data)
        if paths:
            for target in (target for path in paths for target in objects_at(root, path)):
                merge(target, copied(data), object_types)
        else:
            merge(root, data, object_types)
    return root_errors(fetch, reply.get("errors") or ())


def root_errors(fetch: CompiledFetch, given: Iterable[Any]) -> list[Error]:
    """The errors of a root fetch's reply at the client's paths."""
    above = static_path(fetch.fetch.paths[0]) if fetch.fetch.paths else ()
    errors: list[Error] = []
    for error in _objects(given):
        path = error.get("path")
        place = fetch.keys.path(path) if isinstance(path, list) else None
        errors.append(carried_error(error, fetch.subgraph, place if place is None else (*above, *place)))
    return errors


def apply_entities(
    root: Object, fetch: CompiledFetch, batches: Sequence[Batch], reply: Reply, object_types: Collection[str]
) -> list[Error]:
    """Write the reply of an entity fetch into the objects that were sent; the errors it brought."""
    located: dict[int, dict[int, list[ResponsePath]]] = {}

    def places(group: int, number: int) -> list[ResponsePath]:
        if group not in located:
            located[group] = fetch.groups[group].input.whereabouts(root)
        return _places_of(batches[group].targets[number], located[group])

    errors = entity_errors(fetch, reply.get("errors") or (), sent_counts(batches), places)
    data = reply.get("data")
    if data is None:
        return errors
    for group, batch in zip(fetch.groups, batches, strict=True):
        if not batch.representations:
            continue
        entities = data.get(group.alias)
        if not isinstance(entities, list):
            if not errors:
                said = "The subgraph's reply has no list of entities."
                errors += _group_errors(fetch, group, said, MALFORMED)
            continue
        if len(entities) < len(batch.targets):
            said = f"The subgraph was asked for {len(batch.targets)} entities and gave {len(entities)}."
            errors += _group_errors(fetch, group, said, MISSING_ENTITY)
        for entity, targets in zip(entities, batch.targets, strict=False):
            if isinstance(entity, dict):
                group.keys.rename(entity)
                _write(entity, targets, object_types)
            elif entity is not None and not errors:
                errors += _group_errors(fetch, group, "The subgraph gave an entity that is no object.", MALFORMED)
    return errors


def _write(entity: Object, targets: Sequence[tuple[int, Object]], object_types: Collection[str]) -> None:
    owner = targets[0][0]
    for path, target in targets:
        # Objects at one path share what is below: later fetches write the same there. Other paths may differ.
        source = entity if path == owner else copied(entity)
        merge(target, source, object_types)


def sent_counts(batches: Sequence[Batch]) -> list[int]:
    """How many representations each group sent."""
    return [len(batch.representations) for batch in batches]


def entity_errors(fetch: CompiledFetch, given: Iterable[Any], asked: Sequence[int], places: Places) -> list[Error]:
    """The errors of an entity fetch's reply at the client's paths."""
    errors: list[Error] = []
    by_alias = {group.alias: index for index, group in enumerate(fetch.groups)}
    for error in _objects(given):
        path = error.get("path")
        index = by_alias.get(path[0]) if isinstance(path, list) and path and isinstance(path[0], str) else None
        if index is None:
            errors += [carried_error(error, fetch.subgraph, place) for place in _places(fetch, asked)]
            continue
        assert isinstance(path, list)
        group = fetch.groups[index]
        if len(path) < 2 or type(path[1]) is not int or not 0 <= path[1] < asked[index]:
            errors += [carried_error(error, fetch.subgraph, static_path(place)) for place in _distinct(group)]
            continue
        rest = group.keys.path(path[2:]) or ()
        for place in places(index, path[1]):
            errors.append(carried_error(error, fetch.subgraph, (*place, *rest)))
    return errors


def _places_of(
    targets: Sequence[tuple[int, Object]], whereabouts: dict[int, list[ResponsePath]]
) -> list[tuple[PathItem, ...]]:
    places = [place for _, target in targets for place in whereabouts.get(id(target), ())]
    return list(dict.fromkeys(places))


def _places(fetch: CompiledFetch, asked: Sequence[int]) -> list[ResponsePath]:
    """Where a whole fetch was to write: its root fields, or what the objects of each path have in common."""
    if not fetch.groups:
        above = static_path(fetch.fetch.paths[0]) if fetch.fetch.paths else ()
        return [(*above, key) for key in fetch.root_keys] or [()]
    places = [
        static_path(path)
        for group, count in zip(fetch.groups, asked, strict=True)
        if count
        for path in group.input.paths
    ]
    return list(dict.fromkeys(places)) or [()]


def _group_errors(fetch: CompiledFetch, group: CompiledGroup, message: str, code: str) -> list[Error]:
    places = dict.fromkeys(static_path(path) for path in group.input.paths)
    return [fetch_error(message, code, fetch.subgraph, place) for place in places]


def _distinct(group: CompiledGroup) -> tuple[Any, ...]:
    return tuple({static_path(path): path for path in group.input.paths}.values())


def _objects(given: Iterable[Any]) -> list[dict[str, Any]]:
    return [error if isinstance(error, dict) else {} for error in given]
