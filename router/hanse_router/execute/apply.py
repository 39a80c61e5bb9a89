"""Applies the reply of a fetch: writes its data into the response tree, and maps its errors to response paths."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from hanse_router.execute.entities import Batch, Object, objects_at, static_path
from hanse_router.execute.error_list import ErrorList
from hanse_router.execute.errors import (
    LOST_RESULT,
    MALFORMED,
    MISSING_ENTITY,
    LinkedPath,
    ResponsePath,
    fetch_error,
    path_of,
)
from hanse_router.execute.fetch import CompiledFetch, CompiledGroup
from hanse_router.execute.merge import copied, merge
from hanse_router.execute.read_reply import Reply

PathsOf = Callable[[int, int], Iterable[ResponsePath]]
"""The response paths of the objects that a representation was built from, by the indices of its group and its own."""


def failed(fetch: CompiledFetch, sent: Sequence[int], message: str, code: str, errors: ErrorList) -> None:
    """Add the errors of a failed fetch: one for each response path that it was sent for.

    `sent` is the number of representations of each group.
    """
    for path in _paths(fetch, sent):
        errors.add(fetch_error(message, code, fetch.subgraph, path))


def apply_root(
    root: Object, fetch: CompiledFetch, reply: Reply, object_types: Collection[str], errors: ErrorList
) -> None:
    """Write the data of a root fetch, and add its errors."""
    paths = fetch.fetch.paths
    data = reply.get("data")
    if data is not None:
        fetch.keys.rename(data)
        if paths:
            for path in paths:
                shared = copied(data)  # by all objects at one path, as those of an entity
                for target in objects_at(root, path):
                    merge(target, shared, object_types)
        else:
            merge(root, data, object_types)
    root_errors(fetch, reply.get("errors") or (), errors, failed=data is None)


def root_errors(fetch: CompiledFetch, reported: Iterable[Any], errors: ErrorList, *, failed: bool) -> None:
    """Add the errors of a root fetch's reply at their response paths.

    `failed`: the reply has no data. Then the fields that no error names are lost because of those that one does.
    """
    above = static_path(fetch.fetch.paths[0]) if fetch.fetch.paths else ()
    named: set[object] = set()
    for error in _objects(reported):
        path = error.get("path")
        at = fetch.keys.path(path) if isinstance(path, list) else None
        named.add(at[0] if at else None)
        errors.carry(error, fetch.subgraph, [at if at is None else (*above, *at)])
    if failed and None not in named:
        for key in fetch.root_keys:
            if key not in named:
                errors.lose((*above, key), fetch.subgraph)


def apply_entities(
    root: Object,
    fetch: CompiledFetch,
    batches: Sequence[Batch],
    reply: Reply,
    object_types: Collection[str],
    errors: ErrorList,
) -> None:
    """Write the entities into the objects that they were fetched for, and add the errors of the reply."""
    located: dict[int, dict[int, list[LinkedPath]]] = {}

    def paths(group: int, number: int) -> list[ResponsePath]:
        if group not in located:
            located[group] = fetch.groups[group].input.response_paths(root)
        return distinct_paths(located[group], (target for _, target in batches[group].targets[number]))

    data = reply.get("data")
    known = entity_errors(fetch, reply.get("errors") or (), sent_counts(batches), paths, errors, failed=data is None)
    if data is None:
        return
    for index, (group, batch) in enumerate(zip(fetch.groups, batches, strict=True)):
        if not batch.representations:
            continue
        sent, entities = len(batch.representations), data.get(group.alias)
        if not isinstance(entities, list):
            if index not in known:
                _fail_group(fetch, group, "The subgraph's reply has no list of entities.", MALFORMED, errors)
            continue
        if len(entities) != sent:
            text = f"The subgraph received {sent} representations and returned {len(entities)} entities."
            _fail_group(fetch, group, text, MISSING_ENTITY if len(entities) < sent else MALFORMED, errors)
            if len(entities) > sent:
                continue  # which of them belongs to which representation is not known
        if not _write_all(entities, group, batch, object_types):
            _fail_group(fetch, group, "The subgraph returned an entity that is not an object.", MALFORMED, errors)


def _write_all(entities: list[Any], group: CompiledGroup, batch: Batch, object_types: Collection[str]) -> bool:
    """Write the entities of a group; return False if one of them is neither null nor an object."""
    well_formed = True
    for entity, targets in zip(entities, batch.targets, strict=False):
        if isinstance(entity, dict):
            group.keys.rename(entity)
            _write(entity, targets, object_types)
        elif entity is not None:
            well_formed = False
    return well_formed


def _write(entity: Object, targets: Sequence[tuple[int, Object]], object_types: Collection[str]) -> None:
    # Objects at one path share what is below them: later fetches write the same there. Other paths may differ.
    at_path = {targets[0][0]: entity}
    for path, target in targets:
        source = at_path.get(path)
        if source is None:
            source = at_path[path] = copied(entity)
        merge(target, source, object_types)


def sent_counts(batches: Sequence[Batch]) -> list[int]:
    """The number of representations of each group."""
    return [len(batch.representations) for batch in batches]


def entity_errors(
    fetch: CompiledFetch,
    reported: Iterable[Any],
    sent: Sequence[int],
    paths: PathsOf,
    errors: ErrorList,
    *,
    failed: bool,
) -> Collection[int]:
    """Add the errors of an entity fetch's reply at their response paths.

    `failed`: the reply has no data. Then entities that no error names are lost because of those that one does. Returns
    the indices of the groups of which every entity has an error.
    """
    named: list[set[int]] = [set() for _ in fetch.groups]
    reported_whole: set[int] = set()
    by_alias = {group.alias: index for index, group in enumerate(fetch.groups)}
    for error in _objects(reported):
        path = error.get("path")
        index = by_alias.get(path[0]) if isinstance(path, list) and path and isinstance(path[0], str) else None
        if index is None:
            errors.carry(error, fetch.subgraph, _paths(fetch, sent))
            reported_whole.update(range(len(fetch.groups)))
            continue
        assert isinstance(path, list)
        group = fetch.groups[index]
        if len(path) < 2 or type(path[1]) is not int or not 0 <= path[1] < sent[index]:
            errors.carry(error, fetch.subgraph, _static_paths(group))
            reported_whole.add(index)
            continue
        named[index].add(path[1])
        rest = group.keys.path(path[2:]) or ()
        at = () if errors.is_full else paths(index, path[1])
        errors.carry(error, fetch.subgraph, [(*one, *rest) for one in at] or _static_paths(group))
    reported_whole.update(index for index, ones in enumerate(named) if len(ones) == sent[index])
    if failed:
        for index, group in enumerate(fetch.groups):
            if index not in reported_whole:
                text = "The subgraph returned none of the entities of this request, since another one failed."
                _fail_group(fetch, group, text, LOST_RESULT, errors)
    return reported_whole


def distinct_paths(located: Mapping[int, Sequence[LinkedPath]], targets: Iterable[object]) -> list[ResponsePath]:
    """The response paths of these objects, each once. `located` has those of objects by their id()."""
    return list(dict.fromkeys(path_of(path) for target in targets for path in located.get(id(target), ())))


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


def names_parts(reported: Iterable[Any]) -> bool:
    """Whether one of a reply's errors has a path: then, without data, other parts of the reply may have failed too."""
    return any(isinstance(error.get("path"), list) for error in _objects(reported))


def _fail_group(fetch: CompiledFetch, group: CompiledGroup, message: str, code: str, errors: ErrorList) -> None:
    for path in _static_paths(group):
        errors.add(fetch_error(message, code, fetch.subgraph, path))


def _static_paths(group: CompiledGroup) -> list[ResponsePath]:
    return list(dict.fromkeys(static_path(path) for path in group.input.paths))


def _objects(reported: Iterable[Any]) -> list[dict[str, Any]]:
    return [error if isinstance(error, dict) else {} for error in reported]
