"""The planner: from a supergraph and an operation to the plan of the fetches that answer it."""

from __future__ import annotations

from graphql import DocumentNode

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.best_paths import Placer
from hanse_router.planner.build_plan import build_plan
from hanse_router.planner.fetch_graph import FetchGraph
from hanse_router.planner.normalize import normalize
from hanse_router.planner.passes import run_passes
from hanse_router.planner.plan import PlanError, QueryPlan
from hanse_router.planner.requests import requests_of
from hanse_router.planner.roots import place_in_series, place_together
from hanse_router.planner.terrain import Terrain
from hanse_router.planner.walk import Walk
from hanse_schema.query_graph import QueryGraph, build
from hanse_schema.supergraph.model import Supergraph

__all__ = ["PlanError", "Planner", "QueryPlan"]


class Planner:
    """Plans operations over one supergraph. What it keeps between plans is what it has learnt of the supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.graph: QueryGraph = build(supergraph)
        self._terrains: dict[frozenset[str], Terrain] = {}

    def plan(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        *,
        override_labels: frozenset[str] = frozenset(),
    ) -> QueryPlan:
        """The plan of an operation.

        `document` is valid against the supergraph's API schema; `operation_name` may be None where it has only one
        operation; `override_labels` are the labels of progressive overrides that are active. Raises PlanError.
        """
        operation = normalize(self.graph, document, operation_name)
        walk = Walk(self._terrain(override_labels))
        fetches = FetchGraph()
        placer = Placer(walk, operation.kind, fetches)
        place = place_in_series if operation.kind is OperationKind.MUTATION else place_together
        place(operation, walk, placer)
        requests = run_passes(requests_of(fetches, self.graph))
        return build_plan(operation, requests, self.graph.supergraph.subgraphs)

    def _terrain(self, labels: frozenset[str]) -> Terrain:
        terrain = self._terrains.get(labels)
        if terrain is None:
            terrain = self._terrains[labels] = Terrain(self.graph, labels)
        return terrain
