"""The plan of an operation before and after a change: fetches, sequential levels, and which fields moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from hanse_router.planner.print_plan import fetches_of
from hanse_router.query_plan import Fetch, FieldSelection, PathKey, QueryPlan, Selection

ResponsePath = tuple[str, ...]
Place = tuple[str, int]  # a subgraph and a level, counted from 1
Places = dict[ResponsePath, set[Place]]


@dataclass(frozen=True, slots=True)
class PlanSize:
    """The number of fetches, and of levels: the fetches that have to wait for each other."""

    fetches: int
    levels: int

    def __str__(self) -> str:
        return f"{_count(self.fetches, 'fetch', 'fetches')} in {_count(self.levels, 'level', 'levels')}"


@dataclass(frozen=True, slots=True)
class MovedField:
    """A field of the response that is fetched elsewhere, or later, than before; `before` is empty for a new one."""

    path: ResponsePath
    before: tuple[Place, ...]
    after: tuple[Place, ...]

    def __str__(self) -> str:
        now = f"{'.'.join(self.path)} is fetched from {_places(self.after)}"
        return f"{now}, before from {_places(self.before)}" if self.before else f"{now}, before not at all"


def plan_size(plan: QueryPlan) -> PlanSize:
    """The size of a plan. Conditions count as if they held."""
    levels = levels_of(plan)
    return PlanSize(len(levels), max(levels.values(), default=0))


def is_regression(before: PlanSize, after: PlanSize) -> bool:
    """Whether there are more fetches or more levels than before."""
    return after.fetches > before.fetches or after.levels > before.levels


def moved_fields(before: QueryPlan, after: QueryPlan, selected: Collection[ResponsePath]) -> list[MovedField]:
    """The fields with new places in the plan after a change, those that the client selects first.

    Those inside of such a field that are in the same places are left out.
    """
    old, new = _fields(before), _fields(after)
    moved: dict[ResponsePath, MovedField] = {}
    for path in sorted(new, key=lambda path: (len(path), path)):
        added = new[path] - old.get(path, set())
        above = moved.get(path[:-1])
        if added and not (above is not None and added <= set(above.after)):
            moved[path] = MovedField(path, tuple(sorted(old.get(path, ()))), tuple(sorted(new[path])))
    return sorted(moved.values(), key=lambda field: field.path not in selected)


def levels_of(plan: QueryPlan) -> dict[int, int]:
    """The level of each fetch, by its id."""
    fetches = {fetch.id: fetch for fetch in fetches_of(plan.node)}
    levels: dict[int, int] = {}
    for fetch in fetches.values():
        _level(fetch, fetches, levels)
    return levels


def _level(fetch: Fetch, fetches: dict[int, Fetch], levels: dict[int, int]) -> int:
    pending = [fetch]
    while pending:
        current = pending[-1]
        waits = [fetches[before] for before in current.depends_on if before in fetches]
        unknown = [before for before in waits if before.id not in levels]
        if unknown:
            pending += unknown
            continue
        levels[current.id] = 1 + max((levels[before.id] for before in waits), default=0)
        pending.pop()
    return levels[fetch.id]


def _fields(plan: QueryPlan) -> Places:
    """The places of each field of the response tree, those for the platform's sake among them."""
    levels = levels_of(plan)
    found: Places = {}
    for fetch in fetches_of(plan.node):
        place = (fetch.subgraph, levels[fetch.id])
        for path, selections in _roots(fetch):
            for field in _paths(selections, path):
                found.setdefault(field, set()).add(place)
    return found


def _roots(fetch: Fetch) -> Iterator[tuple[ResponsePath, tuple[Selection, ...]]]:
    if not fetch.groups:
        for path in fetch.paths or ((),):
            yield _keys(path), fetch.selections
    for group in fetch.groups:
        for path in group.paths:
            yield _keys(path), group.selections


def _keys(path: Iterable[object]) -> ResponsePath:
    return tuple(step.response_key for step in path if isinstance(step, PathKey))


def _paths(selections: Iterable[Selection], above: ResponsePath) -> Iterator[ResponsePath]:
    for selection in selections:
        if not isinstance(selection, FieldSelection):
            yield from _paths(selection.selections, above)
        elif selection.name != "__typename":
            path = (*above, selection.response_key)
            yield path
            yield from _paths(selection.selections, path)


def _places(places: Iterable[Place]) -> str:
    return " and ".join(f"{subgraph} (level {level})" for subgraph, level in places)


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
