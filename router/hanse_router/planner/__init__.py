"""The planner: from a supergraph and an operation to the plan of the fetches that answer it."""

from __future__ import annotations

from collections.abc import Collection

from hanse_router.operation import Field, Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.planner.budget import NO_LIMIT, Budget, TooComplexError
from hanse_router.planner.build_plan import build_plan
from hanse_router.planner.find_paths import PathFinder
from hanse_router.planner.graph_view import GraphView
from hanse_router.planner.merge import merge_fields
from hanse_router.planner.passes import run_passes
from hanse_router.planner.release import release
from hanse_router.planner.requests import requests_of
from hanse_router.planner.roots import place_in_series, place_together
from hanse_router.query_plan import PlanError, QueryPlan
from hanse_schema.query_graph import QueryGraph, build
from hanse_schema.supergraph.model import Supergraph

__all__ = ["PlanError", "Planner", "QueryPlan", "TooComplexError"]

_NOTHING: frozenset[Field] = frozenset()
_MAX_VIEWS = 32  # sets of override labels


class Planner:
    """Plans operations over one supergraph. Between plans it keeps only look-ups in the query graph."""

    def __init__(self, supergraph: Supergraph, *, max_steps: int = NO_LIMIT) -> None:
        """`max_steps` is the budget of each plan."""
        self._max_steps = max_steps
        self.graph: QueryGraph = build(supergraph)
        self._views: dict[frozenset[str], GraphView] = {}

    def plan(
        self,
        operation: Operation,
        *,
        denied: Collection[Field] = _NOTHING,
        override_labels: frozenset[str] = frozenset(),
    ) -> QueryPlan:
        """The plan of an operation without the `denied` fields.

        `override_labels` are the labels of progressive overrides that are active. Raises PlanError; TooComplexError
        if the budget is spent.
        """
        budget = Budget(self._max_steps)
        merged = merge_fields(self.graph, operation, denied)
        finder = PathFinder(self._view(override_labels), budget, operation.variables)
        place = place_in_series if operation.kind is OperationKind.MUTATION else place_together
        try:
            fetches = place(merged, finder, operation.kind)
            requests = run_passes(requests_of(fetches, self.graph), budget)
            return build_plan(operation, requests, self.graph.supergraph.subgraphs)
        finally:
            release(finder.positions, finder.fetch_nodes)

    def _view(self, labels: frozenset[str]) -> GraphView:
        view = self._views.get(labels)
        if view is None:
            if len(self._views) >= _MAX_VIEWS:
                del self._views[next(iter(self._views))]
            view = self._views[labels] = GraphView(self.graph, labels)
        return view
