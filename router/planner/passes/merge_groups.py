"""Ask once for what several `_entities` fields of one request ask alike."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from router.planner.conditions import either
from router.planner.plan import EntityInput, Path, PathTypes
from router.planner.requests import Group, Request


def merge_groups(requests: list[Request]) -> list[Request]:
    """Join groups that differ only in their paths; then those at the same objects that differ only in the types."""
    for request in requests:
        request.groups = _merge_types(_merge_paths(request.groups))
    return requests


def _merge_paths(groups: list[Group]) -> list[Group]:
    merged: dict[Hashable, Group] = {}
    for group in groups:
        key = (group.inputs, group.selections, group.recovers_type, id(group) if group.contexts else None)
        first = merged.setdefault(key, group)
        if first is not group:
            first.paths = tuple(dict.fromkeys((*first.paths, *group.paths)))
            first.conditions = either(first.conditions, group.conditions)
    return list(merged.values())


def _merge_types(groups: list[Group]) -> list[Group]:
    merged: dict[Hashable, Group] = {}
    for group in groups:
        if group.contexts or not all(path and isinstance(path[-1], PathTypes) for path in group.paths):
            merged[id(group)] = group
            continue
        key = (tuple(path[:-1] for path in group.paths), group.recovers_type, group.conditions, *_told_apart(group))
        first = merged.get(key)
        if first is None:
            merged[key] = group
        elif _types(first).isdisjoint(_types(group)):
            first.paths = tuple(_widen(one, other) for one, other in zip(first.paths, group.paths, strict=True))
            if group.selections == first.selections:
                first.inputs = tuple(map(_join, first.inputs, group.inputs))
            else:
                first.inputs += group.inputs
                first.selections += group.selections
        else:
            merged[id(group)] = group
    return list(merged.values())


def _told_apart(group: Group) -> tuple[Hashable, ...]:
    """Nothing, where the types sent tell the subgraph what is asked of whom; else all that has to be alike."""
    if all(entity_input.typename in entity_input.runtime_types for entity_input in group.inputs):
        return ()
    return (group.selections, *((one.typename, one.required) for one in group.inputs))


def _join(one: EntityInput, other: EntityInput) -> EntityInput:
    return replace(one, runtime_types=(*one.runtime_types, *other.runtime_types))


def _types(group: Group) -> frozenset[str]:
    return frozenset(type_ for entity_input in group.inputs for type_ in entity_input.runtime_types)


def _widen(one: Path, other: Path) -> Path:
    last, more = one[-1], other[-1]
    assert isinstance(last, PathTypes)
    assert isinstance(more, PathTypes)
    return (*one[:-1], PathTypes((*last.runtime_types, *more.runtime_types)))
