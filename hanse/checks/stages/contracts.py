"""Contracts: each still has a valid API schema, and what changes only there."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.graphs import Graph
from hanse.checks.impact import Impact, finding_of, impacts
from hanse.checks.known_operations import checked, fit
from hanse.checks.stages.composition import finding_of as composition_finding
from hanse.checks.state import CheckState
from hanse_schema.checks.report import CheckName, Finding
from hanse_schema.contracts import ContractSupergraph, apply_contract


def check_contracts(state: CheckState) -> Iterator[Finding]:
    """The errors of each contract, or its changes that are not those of the whole API schema."""
    for name, contract in state.request.contracts.items():
        before = apply_contract(state.before.supergraph, contract)
        after = apply_contract(state.after.supergraph, contract)
        yield from (composition_finding(error, state.places, name) for error in after.errors)
        for impact in _impacts(state, before, after):
            yield finding_of(impact, state.request.evidence, CheckName.CONTRACTS, f"Contract {name}: ")


def _impacts(state: CheckState, before: ContractSupergraph, after: ContractSupergraph) -> Iterator[Impact]:
    """The changes that only the contract's API schema has, and the operations on it that they affect."""
    if before.supergraph is None or after.supergraph is None:
        return  # clients could not use it before, or cannot now
    old = Graph(state.before.subgraphs, before.supergraph)
    new = Graph(state.after.subgraphs, after.supergraph)
    operations, _ = fit(state.request.operations, old)
    shared = {(impact.change.kind, impact.change.coordinate, impact.change.subject) for impact in state.impacts}
    for impact in impacts(checked(operations, new), old.supergraph, new.supergraph):
        change = impact.change
        if (change.kind, change.coordinate, change.subject) not in shared:
            yield impact
