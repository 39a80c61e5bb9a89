"""Start at the operation's root: all its fields together, or (for mutations) one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from hanse_router.planner.best_paths import Placer
from hanse_router.planner.merged import MergedField, MergedSelections
from hanse_router.planner.query_tree import Names, Position, RootWay, Site
from hanse_router.planner.walk import NoWayError, Walk
from hanse_router.query_plan import PlanError
from hanse_schema.query_graph import Node


def place_together(selections: MergedSelections, walk: Walk, placer: Placer) -> None:
    """Queries and subscriptions: every field may come from whichever subgraph has it."""
    if selections.common:
        placer.place_all(walk.expand(_root(selections, walk, _subgraphs(selections.type, walk)), selections))


def place_in_series(selections: MergedSelections, walk: Walk, placer: Placer) -> None:
    """Mutations: each field runs once, in one subgraph, after all before it; neighbours in one subgraph go together."""
    chosen = _subgraphs_in_series(selections, walk)
    for number, (subgraph, run) in enumerate(groupby(zip(selections.common, chosen, strict=True), key=itemgetter(1))):
        if number:
            placer.wait_for_all()
        root = _root(selections, walk, [subgraph])
        fields = [field for field, _ in run]
        placer.place_all(
            [task for field in fields for task in walk.expand(root, MergedSelections(selections.type, [field]))]
        )


@dataclass(frozen=True, slots=True, order=True)
class _Series:
    """Subgraphs for the first fields of a mutation: `levels` of waiting in all, of which the last run has `last`."""

    levels: int
    runs: int = 0
    effort: int = 0  # the levels of all leaves: those that the subgraphs answer by themselves count least
    last: int = 0
    chosen: tuple[str, ...] = ()

    def then(self, subgraph: str, depth: int, effort: int) -> _Series:
        """One field more."""
        chosen = (*self.chosen, subgraph)
        if self.chosen and self.chosen[-1] == subgraph:
            last = max(self.last, depth)
            return _Series(self.levels - self.last + last, self.runs, self.effort + effort, last, chosen)
        return _Series(self.levels + depth, self.runs + 1, self.effort + effort, depth, chosen)


def _subgraphs_in_series(selections: MergedSelections, walk: Walk) -> tuple[str, ...]:
    """A subgraph for each field, so that there are as few levels as can be, then as few runs of one subgraph."""
    best = [_Series(0)]
    for field in selections.common:
        ends: dict[tuple[str, int], _Series] = {}  # the best of those that go on alike
        for subgraph, depth, effort in _ways_to_start(field, selections, walk):
            for series in best:
                longer = series.then(subgraph, depth, effort)
                end = (subgraph, longer.last)
                ends[end] = min(ends.get(end, longer), longer)
        if not ends:
            raise PlanError(f"{selections.type}.{field.name} cannot be resolved by any subgraph.")
        best = list(ends.values())
    return min(best).chosen


def _ways_to_start(field: MergedField, selections: MergedSelections, walk: Walk) -> Iterator[tuple[str, int, int]]:
    """The subgraphs that take a mutation's field, each with the levels that it takes, at most and over all leaves."""
    for subgraph in _subgraphs(selections.type, walk):
        try:
            tasks = walk.expand(_root(selections, walk, [subgraph]), MergedSelections(selections.type, [field]))
        except NoWayError:
            continue
        levels = [min(candidate.site.level for candidate in task.candidates) for task in tasks]
        yield subgraph, max(levels), sum(levels)


def _subgraphs(type_: str, walk: Walk) -> list[str]:
    return [graph for graph in walk.terrain.graph.supergraph.subgraphs if (graph, type_) in walk.terrain.graph.edges]


def _root(selections: MergedSelections, walk: Walk, subgraphs: Iterable[str]) -> Position:
    names = Names()
    names.register(selections)
    position = Position(selections.type, abstract=False, names=names)
    for subgraph in subgraphs:
        node = Node(subgraph, selections.type)
        position.sites[node] = Site(position, node, 1, [RootWay()])
    return position
