"""Applies the reply of a fetch: writes its data into the response tree, and maps its errors to response paths."""

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

PathsOf = Callable[[int, int], Iterable[ResponsePath]]
"""The response paths of the objects that a representation was built from, by the indices of its group and its own."""


def failed(fetch: CompiledFetch, sent: Sequence[int], message: str, code: str) -> list[Error]:
    """The errors of a failed fetch: one for each response path that it was sent for.

    `sent` is the number of representations of each group.
    """
    return [fetch_error(message, code, fetch.subgraph, path or None) for path in _paths(fetch, sent)]


def apply_root(root: Object, fetch: CompiledFetch, reply: Reply, object_types: Collection[str]) -> list[Error]:
    """Write the data of a root fetch; return its errors."""
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


def root_errors(fetch: CompiledFetch, reported: Iterable[Any]) -> list[Error]:
    """The errors of a root fetch's reply at their response paths."""
    above = static_path(fetch.fetch.paths[0]) if fetch.fetch.paths else ()
    errors: list[Error] = []
    for error in _objects(reported):
        path = error.get("path")
        at = fetch.keys.path(path) if isinstance(path, list) else None
        errors.append(carried_error(error, fetch.subgraph, at if at is None else (*above, *at)))
    return errors


def apply_entities(
    root: Object, fetch: CompiledFetch, batches: Sequence[Batch], reply: Reply, object_types: Collection[str]
) -> list[Error]:
    """Write the entities into the objects that they were fetched for; return the errors of the reply."""
    located: dict[int, dict[int, list[ResponsePath]]] = {}

    def paths(group: int, number: int) -> list[ResponsePath]:
        if group not in located:
            located[group] = fetch.groups[group].input.response_paths(root)
        return _paths_of(batches[group].targets[number], located[group])

    errors = entity_errors(fetch, reply.get("errors") or (), sent_counts(batches), paths)
    data = reply.get("data")
    if data is None:
        return errors
    for group, batch in zip(fetch.groups, batches, strict=True):
        if not batch.representations:
            continue
        entities = data.get(group.alias)
        if not isinstance(entities, list):
            if not errors:
                text = "The subgraph's reply has no list of entities."
                errors += _group_errors(fetch, group, text, MALFORMED)
            continue
        if len(entities) < len(batch.targets):
            text = f"The subgraph received {len(batch.targets)} representations and returned {len(entities)} entities."
            errors += _group_errors(fetch, group, text, MISSING_ENTITY)
        for entity, targets in zip(entities, batch.targets, strict=False):
            if isinstance(entity, dict):
                group.keys.rename(entity)
                _write(entity, targets, object_types)
            elif entity is not None and not errors:
                errors += _group_errors(
                    fetch, group, "The subgraph returned an entity that is not an object.", MALFORMED
                )
    return errors


def _write(entity: Object, targets: Sequence[tuple[int, Object]], object_types: Collection[str]) -> None:
    owner = targets[0][0]
    for path, target in targets:
        # Objects at one path share what is below them: later fetches write the same there. Other paths may differ.
        source = entity if path == owner else copied(entity)
        merge(target, source, object_types)


def sent_counts(batches: Sequence[Batch]) -> list[int]:
    """The number of representations of each group."""
    return [len(batch.representations) for batch in batches]


def entity_errors(fetch: CompiledFetch, reported: Iterable[Any], sent: Sequence[int], paths: PathsOf) -> list[Error]:
    """The errors of an entity fetch's reply at their response paths."""
    errors: list[Error] = []
    by_alias = {group.alias: index for index, group in enumerate(fetch.groups)}
    for error in _objects(reported):
        path = error.get("path")
        index = by_alias.get(path[0]) if isinstance(path, list) and path and isinstance(path[0], str) else None
        if index is None:
            errors += [carried_error(error, fetch.subgraph, at) for at in _paths(fetch, sent)]
            continue
        assert isinstance(path, list)
        group = fetch.groups[index]
        if len(path) < 2 or type(path[1]) is not int or not 0 <= path[1] < sent[index]:
            errors += [carried_error(error, fetch.subgraph, static_path(at)) for at in _distinct(group)]
            continue
        rest = group.keys.path(path[2:]) or ()
        for at in paths(index, path[1]):
            errors.append(carried_error(error, fetch.subgraph, (*at, *rest)))
    return errors


def _paths_of(
    targets: Sequence[tuple[int, Object]], response_paths: dict[int, list[ResponsePath]]
) -> list[tuple[PathItem, ...]]:
    paths = [at for _, target in targets for at in response_paths.get(id(target), ())]
    return list(dict.fromkeys(paths))


def _paths(fetch: CompiledFetch, sent: Sequence[int]) -> list[ResponsePath]:
    """The response paths that a fetch writes to: its root fields, or its groups' objects up to the first list."""
    if not fetch.groups:
        above = static_path(fetch.fetch.paths[0]) if fetch.fetch.paths else ()
        return [(*above, key) for key in fetch.root_keys] or [()]
    paths = [
        static_path(path)
        for group, count in zip(fetch.groups, sent, strict=True)
        if count
        for path in group.input.paths
    ]
    return list(dict.fromkeys(paths)) or [()]


def _group_errors(fetch: CompiledFetch, group: CompiledGroup, message: str, code: str) -> list[Error]:
    paths = dict.fromkeys(static_path(path) for path in group.input.paths)
    return [fetch_error(message, code, fetch.subgraph, at) for at in paths]


def _distinct(group: CompiledGroup) -> tuple[Any, ...]:
    return tuple({static_path(path): path for path in group.input.paths}.values())


def _objects(reported: Iterable[Any]) -> list[dict[str, Any]]:
    return [error if isinstance(error, dict) else {} for error in reported]
