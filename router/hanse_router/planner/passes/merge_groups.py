"""Merge the `_entities` fields of one request that select the same."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from hanse_router.planner.budget import Budget
from hanse_router.planner.conditions import either
from hanse_router.planner.fetch_graph import conflict, merge_required
from hanse_router.planner.requests import Group, Request
from hanse_router.query_plan import EntityInput, Path, PathTypes, Selection


def merge_groups(requests: list[Request], budget: Budget) -> list[Request]:
    """Merge groups for the same objects, then those that differ only in response paths or only in object types."""
    for request in requests:
        budget.spend(len(request.groups))
        if len(request.groups) > 1:
            request.groups = _merge_types(_merge_paths(_merge_objects(request.groups)))
    return requests


def _merge_objects(groups: list[Group]) -> list[Group]:
    """Send each object once, with all required fields."""
    merged: list[Group] = []
    of_objects: dict[Hashable, list[Group]] = {}
    for group in groups:
        if group.contexts or len(group.inputs) > 1:
            merged.append(group)
            continue
        (own,) = group.inputs
        alike = of_objects.setdefault(
            (group.paths, group.conditions, group.recovers_type, own.typename, own.runtime_types), []
        )
        for first in alike:
            (held,) = first.inputs
            if not conflict(held.required, own.required):
                required, key = merge_required(held.required, own.required), merge_required(held.key, own.key)
                first.inputs = (replace(held, required=required, key=key),)
                first.selections = _united(first.selections, group.selections)
                break
        else:
            alike.append(group)
            merged.append(group)
    return merged


def _united(one: tuple[Selection, ...], other: tuple[Selection, ...]) -> tuple[Selection, ...]:
    found = {replace(selection, selections=()): selection for selection in one}
    for selection in other:
        head = replace(selection, selections=())
        held = found.get(head)
        if held is None:
            found[head] = selection
        else:
            found[head] = replace(held, selections=_united(held.selections, selection.selections))
    return tuple(found.values())


def _merge_paths(groups: list[Group]) -> list[Group]:
    """Merge groups that differ only in response paths. Each path is hashed once."""
    merged: dict[Hashable, Group] = {}
    paths: dict[Hashable, dict[Path, None]] = {}
    for group in groups:
        kind: Hashable = (
            group.inputs,
            group.recovers_type,
            id(group) if group.contexts else None,
            _unordered(group.selections),
        )
        first = merged.setdefault(kind, group)
        paths.setdefault(kind, {}).update(dict.fromkeys(group.paths))
        if first is not group:
            first.conditions = either(first.conditions, group.conditions)
    for kind, group in merged.items():
        group.paths = tuple(paths[kind])
    return list(merged.values())


def _unordered(selections: tuple[Selection, ...]) -> Hashable:
    """Equal for two selections that are equal but for their order."""
    return len(selections), frozenset(
        (replace(one, selections=()), _unordered(one.selections)) if one.selections else one for one in selections
    )


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
    """The part that must be equal for a merge; empty if the types in the representations select the fragments."""
    if all(entity_input.typename in entity_input.runtime_types for entity_input in group.inputs):
        return ()
    return (group.selections, *((one.typename, one.required, one.key) for one in group.inputs))


def _join(one: EntityInput, other: EntityInput) -> EntityInput:
    return replace(one, runtime_types=(*one.runtime_types, *other.runtime_types))


def _types(group: Group) -> frozenset[str]:
    return frozenset(type_ for entity_input in group.inputs for type_ in entity_input.runtime_types)


def _widen(one: Path, other: Path) -> Path:
    last, more = one[-1], other[-1]
    assert isinstance(last, PathTypes)
    assert isinstance(more, PathTypes)
    return (*one[:-1], PathTypes((*last.runtime_types, *more.runtime_types)))
