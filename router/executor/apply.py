"""A fetch's reply applied: its data written into the response tree, its errors noted at the client's paths."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from router.executor.entities import Batch, Object, objects_at, static_path
from router.executor.errors import (
    MALFORMED,
    MISSING_ENTITY,
    Error,
    PathItem,
    ResponsePath,
    carried_error,
    fetch_error,
)
from router.executor.fetch import CompiledFetch, CompiledGroup, Reply
from router.executor.merge import copied, merge


def failed(fetch: CompiledFetch, batches: Sequence[Batch], message: str, code: str) -> list[Error]:
    """The errors of a fetch that brought nothing: one for each place that it was made for."""
    return [fetch_error(message, code, fetch.subgraph, path or None) for path in _places(fetch, batches)]


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
    above = static_path(paths[0]) if paths else ()
    errors: list[Error] = []
    for error in _errors_of(reply):
        path = error.get("path")
        place = fetch.keys.path(path) if isinstance(path, list) else None
        errors.append(carried_error(error, fetch.subgraph, place if place is None else (*above, *place)))
    return errors


def apply_entities(
    root: Object, fetch: CompiledFetch, batches: Sequence[Batch], reply: Reply, object_types: Collection[str]
) -> list[Error]:
    """Write the reply of an entity fetch into the objects that were sent; the errors it brought."""
    errors = _entity_errors(root, fetch, batches, reply)
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


def _entity_errors(root: Object, fetch: CompiledFetch, batches: Sequence[Batch], reply: Reply) -> list[Error]:
    errors: list[Error] = []
    whereabouts: dict[int, dict[int, list[ResponsePath]]] = {}
    by_alias = {group.alias: index for index, group in enumerate(fetch.groups)}
    for error in _errors_of(reply):
        path = error.get("path")
        index = by_alias.get(path[0]) if isinstance(path, list) and path and isinstance(path[0], str) else None
        if index is None:
            errors += [carried_error(error, fetch.subgraph, place) for place in _places(fetch, batches)]
            continue
        assert isinstance(path, list)
        group, targets = fetch.groups[index], batches[index].targets
        if len(path) < 2 or type(path[1]) is not int or not 0 <= path[1] < len(targets):
            errors += [carried_error(error, fetch.subgraph, static_path(place)) for place in _distinct(group)]
            continue
        if index not in whereabouts:
            whereabouts[index] = group.input.whereabouts(root)
        rest = group.keys.path(path[2:]) or ()
        for place in _places_of(targets[path[1]], whereabouts[index]):
            errors.append(carried_error(error, fetch.subgraph, (*place, *rest)))
    return errors


def _places_of(
    targets: Sequence[tuple[int, Object]], whereabouts: dict[int, list[ResponsePath]]
) -> list[tuple[PathItem, ...]]:
    places = [place for _, target in targets for place in whereabouts.get(id(target), ())]
    return list(dict.fromkeys(places))


def _places(fetch: CompiledFetch, batches: Sequence[Batch]) -> list[ResponsePath]:
    """Where a whole fetch was to write: its root fields, or what the objects of each path have in common."""
    if not fetch.groups:
        above = static_path(fetch.fetch.paths[0]) if fetch.fetch.paths else ()
        return [(*above, key) for key in fetch.root_keys] or [()]
    places = [
        static_path(path)
        for group, batch in zip(fetch.groups, batches, strict=True)
        if batch.representations
        for path in group.input.paths
    ]
    return list(dict.fromkeys(places)) or [()]


def _group_errors(fetch: CompiledFetch, group: CompiledGroup, message: str, code: str) -> list[Error]:
    places = dict.fromkeys(static_path(path) for path in group.input.paths)
    return [fetch_error(message, code, fetch.subgraph, place) for place in places]


def _distinct(group: CompiledGroup) -> tuple[Any, ...]:
    return tuple({static_path(path): path for path in group.input.paths}.values())


def _errors_of(reply: Reply) -> list[dict[str, Any]]:
    given = reply.get("errors") or ()
    return [error if isinstance(error, dict) else {} for error in given]
