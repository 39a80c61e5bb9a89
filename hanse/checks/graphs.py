"""A graph at one moment: its subgraphs, composed, and what is made from the supergraph when it is first needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graphql import GraphQLSchema

from hanse_router.planner import Planner
from hanse_router.prepare import Preparer
from hanse_router.settings import RouterSettings
from hanse_schema.compose import Composition, IngestCache, compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema
from hanse_schema.supergraph.model import Supergraph

_SETTINGS = RouterSettings()


@dataclass(frozen=True)
class Graph:
    """Subgraphs by name, and the supergraph composed from them."""

    subgraphs: dict[str, SubgraphSource]
    supergraph: Supergraph

    @cached_property
    def api(self) -> GraphQLSchema:
        """What clients see."""
        return api_schema(self.supergraph)

    @cached_property
    def preparer(self) -> Preparer:
        """Accepts or refuses operations as a router with default settings does."""
        return Preparer(self.supergraph, self.api, _SETTINGS)

    @cached_property
    def planner(self) -> Planner:
        """Plans operations as a router with default settings does."""
        return Planner(self.supergraph, max_steps=_SETTINGS.limits.max_plan_steps)


def compose_graph(
    subgraphs: Iterable[SubgraphSource], cache: IngestCache | None = None
) -> tuple[Composition, Graph | None]:
    """Compose subgraphs; the graph is None where they do not compose."""
    sources = list(subgraphs)
    composition = compose(sources, cache)
    if composition.supergraph is None:
        return composition, None
    return composition, Graph({source.name: source for source in sources}, composition.supergraph)
