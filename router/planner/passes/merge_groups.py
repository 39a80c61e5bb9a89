"""Ask once for what several `_entities` fields of one request ask alike."""

from __future__ import annotations

from collections.abc import Hashable

from router.planner.plan import Path, PathTypes
from router.planner.requests import Group, Request


def merge_groups(requests: list[Request]) -> list[Request]:
    """Join groups that differ only in their paths; then those at the same objects that differ only in the types."""
    for request in requests:
        request.groups = _merge_types(_merge_paths(request.groups))
    return requests


def _merge_paths(groups: list[Group]) -> list[Group]:
    merged: dict[Hashable, Group] = {}
    for group in groups:
        key = (group.inputs, group.selections, group.recovers_type)
        first = merged.setdefault(key, group)
        if first is not group:
            first.paths = tuple(dict.fromkeys((*first.paths, *group.paths)))
            first.conditions &= group.conditions
    return list(merged.values())


def _merge_types(groups: list[Group]) -> list[Group]:
    merged: dict[Hashable, Group] = {}
    for group in groups:
        if not all(path and isinstance(path[-1], PathTypes) for path in group.paths):
            merged[id(group)] = group
            continue
        key = (tuple(path[:-1] for path in group.paths), group.recovers_type, group.conditions)
        first = merged.get(key)
        if first is None:
            merged[key] = group
        elif _types(first).isdisjoint(_types(group)):
            first.paths = tuple(_widen(one, other) for one, other in zip(first.paths, group.paths, strict=True))
            first.inputs += group.inputs
            first.selections += group.selections
        else:
            merged[id(group)] = group
    return list(merged.values())


def _types(group: Group) -> frozenset[str]:
    return frozenset(type_ for entity_input in group.inputs for type_ in entity_input.runtime_types)


def _widen(one: Path, other: Path) -> Path:
    last, more = one[-1], other[-1]
    assert isinstance(last, PathTypes)
    assert isinstance(more, PathTypes)
    return (*one[:-1], PathTypes((*last.runtime_types, *more.runtime_types)))
