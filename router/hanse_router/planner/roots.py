"""Plan from the root of an operation: all fields together, or one after another for mutations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.choose_paths import FetchGraphBuilder
from hanse_router.planner.fetch_graph import FetchGraph
from hanse_router.planner.find_paths import NoPathError, PathFinder
from hanse_router.planner.merged import MergedField, MergedSelections
from hanse_router.planner.query_tree import Option, Position, ResponseKeys, RootArrival
from hanse_router.planner.search import Attempt, best_fetch_graph
from hanse_router.query_plan import PlanError
from hanse_schema.query_graph import Node


def place_together(selections: MergedSelections, finder: PathFinder, kind: OperationKind) -> FetchGraph:
    """Place the fields of a query or subscription, each in any subgraph that has it."""
    if not selections.common:
        return FetchGraph()
    leaves = finder.expand(_root(selections, finder, _subgraphs(selections.type, finder)), selections)

    def attempt(avoided: frozenset[str]) -> Attempt:
        builder = FetchGraphBuilder(finder, kind, avoided)
        builder.place_all(leaves)
        return Attempt(builder.fetches, frozenset(builder.chosen))

    return best_fetch_graph(leaves, attempt, finder.budget)


def place_in_series(selections: MergedSelections, finder: PathFinder, kind: OperationKind) -> FetchGraph:
    """Place the fields of a mutation, each after those before it. Neighbours in one subgraph share a fetch."""
    builder = FetchGraphBuilder(finder, kind)
    chosen = _subgraphs_in_series(selections, finder)
    for number, (subgraph, run) in enumerate(groupby(zip(selections.common, chosen, strict=True), key=itemgetter(1))):
        if number:
            builder.wait_for_all()
        root = _root(selections, finder, [subgraph])
        fields = [field for field, _ in run]
        builder.place_all(
            [leaf for field in fields for leaf in finder.expand(root, MergedSelections(selections.type, [field]))]
        )
    return builder.fetches


@dataclass(frozen=True, slots=True, order=True)
class _Series:
    """Subgraphs for the first fields of a mutation. `levels` are needed in total, `last` of them by the last run."""

    levels: int
    runs: int = 0
    effort: int = 0  # the sum of the levels of all leaves
    last: int = 0
    chosen: tuple[str, ...] = ()

    def then(self, subgraph: str, depth: int, effort: int) -> _Series:
        """The series with one more field."""
        chosen = (*self.chosen, subgraph)
        if self.chosen and self.chosen[-1] == subgraph:
            last = max(self.last, depth)
            return _Series(self.levels - self.last + last, self.runs, self.effort + effort, last, chosen)
        return _Series(self.levels + depth, self.runs + 1, self.effort + effort, depth, chosen)


def _subgraphs_in_series(selections: MergedSelections, finder: PathFinder) -> tuple[str, ...]:
    """A subgraph for each field, with the fewest levels, then the fewest runs in one subgraph."""
    best = [_Series(0)]
    for field in selections.common:
        ends: dict[tuple[str, int], _Series] = {}  # the best series for each end
        for subgraph, depth, effort in _first_subgraphs(field, selections, finder):
            for series in best:
                longer = series.then(subgraph, depth, effort)
                end = (subgraph, longer.last)
                ends[end] = min(ends.get(end, longer), longer)
        if not ends:
            raise PlanError(f"{selections.type}.{field.name} cannot be resolved by any subgraph.")
        best = list(ends.values())
    return min(best).chosen


def _first_subgraphs(
    field: MergedField, selections: MergedSelections, finder: PathFinder
) -> Iterator[tuple[str, int, int]]:
    """The subgraphs that have a mutation field, each with the maximum level and the sum of levels of its leaves."""
    for subgraph in _subgraphs(selections.type, finder):
        try:
            leaves = finder.expand(_root(selections, finder, [subgraph]), MergedSelections(selections.type, [field]))
        except NoPathError:
            continue
        levels = [min(candidate.option.level for candidate in leaf.candidates) for leaf in leaves]
        yield subgraph, max(levels), sum(levels)


def _subgraphs(type_: str, finder: PathFinder) -> list[str]:
    return [graph for graph in finder.view.graph.supergraph.subgraphs if (graph, type_) in finder.view.graph.edges]


def _root(selections: MergedSelections, finder: PathFinder, subgraphs: Iterable[str]) -> Position:
    names = ResponseKeys()
    names.register(selections)
    position = Position(selections.type, abstract=False, names=names, made=finder.positions)
    for subgraph in subgraphs:
        node = Node(subgraph, selections.type)
        position.options[node] = Option(position, node, 1, [RootArrival()])
    return position
