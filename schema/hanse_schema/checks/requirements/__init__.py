"""The order in which a change has to be deployed: subgraphs, and the routers by publishing the supergraph.

Usually a subgraph is deployed first, and then its schema is published, so that routers never request what no subgraph
resolves. A change that needs this order over several subgraphs is a note; one that needs another order is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements.deployment import ChangedSubgraph, Deployment
from hanse_schema.checks.requirements.fields import removed_fields, removed_subgraph, shared_fields
from hanse_schema.checks.requirements.keys import changed_keys
from hanse_schema.checks.requirements.outputs import new_outputs
from hanse_schema.checks.requirements.overrides import new_overrides
from hanse_schema.checks.requirements.requires import changed_requires

__all__ = ["ChangedSubgraph", "Deployment", "data_requirements"]

Rule = Callable[[Deployment, ChangedSubgraph], Iterator[Finding]]
RULES: tuple[Rule, ...] = (
    changed_requires,
    changed_keys,
    shared_fields,
    new_overrides,
    removed_subgraph,
    removed_fields,
    new_outputs,
)


def data_requirements(deployment: Deployment) -> list[Finding]:
    """The findings of every rule on every changed subgraph."""
    return [finding for subgraph in deployment.changed for rule in RULES for finding in rule(deployment, subgraph)]
