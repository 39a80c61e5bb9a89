"""The order in which the change has to be deployed."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.request import Subgraphs
from hanse.checks.stages.publish_order import check_publish_order
from hanse.checks.state import CheckState
from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements import ChangedSubgraph, Deployment, data_requirements
from hanse_schema.subgraph import ingest
from hanse_schema.subgraph.model import SubgraphSchema


def check_requirements(state: CheckState) -> Iterator[Finding]:
    """The findings on the data that subgraphs require of each other, and on the order of several publishes."""
    request = state.request
    changed = tuple(
        ChangedSubgraph(name, _schema(request.before, name), _schema(request.after, name)) for name in request.changed
    )
    yield from data_requirements(Deployment(state.before.supergraph, state.after.supergraph, changed))
    yield from check_publish_order(request)


def _schema(subgraphs: Subgraphs, name: str) -> SubgraphSchema | None:
    return None if name not in subgraphs else ingest(subgraphs[name]).schema
