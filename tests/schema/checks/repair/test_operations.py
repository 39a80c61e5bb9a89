"""The smallest operation that cannot be answered is valid, and cannot be planned."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from graphql import parse, validate

from hanse_router.operation import Operation
from hanse_router.planner import PlanError, Planner
from hanse_router.prepare.expand import expand_operation
from hanse_router.prepare.override_labels import labels_of
from hanse_schema.compose import STAGES, Stage, SubgraphSource, compose
from hanse_schema.compose.prepare import prepare
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph import ingest_all
from hanse_schema.supergraph import api_schema
from hanse_schema.supergraph.model import Supergraph
from tests.schema.checks.repair.corpus import failing

CASES = [
    (name, sources, error)
    for name, sources, composition, _ in failing()
    for error in composition.errors
    if composition.stage is Stage.SATISFIABILITY and error.operation is not None
]

# The planner joins what several fetches found, and sends what was fetched elsewhere. Composition asks each subgraph to
# suffice on its own, as the reference does.
PLANNED = {
    "satisfiability/composite_key_from_both_sides": {"Thing.z"},
    "satisfiability/requires_from_where_there_is_no_way_back": {"P.f"},
    "satisfiability/singleton_whose_type_an_interface_object_does_not_tell": {"T"},
}


def unchecked(sources: Sequence[SubgraphSource]) -> Supergraph:
    """The supergraph as it is before satisfiability is checked."""
    merging = prepare([one.schema for one in ingest_all(sources) if one.schema is not None])
    for steps in STAGES.values():
        for step in steps:
            step(merging)
    assert not merging.report.errors
    return merging.supergraph


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[2].coordinate}")
def test_the_operation_is_valid_and_cannot_be_planned(
    case: tuple[str, Sequence[SubgraphSource], Diagnostic],
) -> None:
    """At least for some override labels: a dead end need not hold for all of them."""
    name, sources, error = case
    supergraph = unchecked(sources)
    clients = api_schema(supergraph)
    document = parse(error.operation or "")
    assert validate(clients, document) == []
    planner = Planner(supergraph)
    expanded = expand_operation(document, supergraph, clients, None)
    outcomes = [can_plan(planner, expanded, labels) for labels in (frozenset[str](), labels_of(planner.graph))]
    assert all(outcomes) == (error.coordinate in PLANNED.get(name, ())), "a case that the planner solves is listed"


def can_plan(planner: Planner, operation: Operation, labels: frozenset[str]) -> bool:
    try:
        planner.plan(operation, override_labels=frozenset(labels))
    except PlanError:
        return False
    return True


def test_there_are_cases() -> None:
    assert len(CASES) > 25


def test_required_arguments_are_variables() -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
    one = (
        link
        + "type Query { a(id: ID!, at: In!, n: Int = 1): A }\ninput In { x: Int }\ntype A { id: ID! b(id: Int!): B }"
    )
    one += "\ntype B { x: Int }"
    other = link + "type B { y(id: [ID!]!): Int }"
    (error,) = compose([SubgraphSource("a", one), SubgraphSource("b", other)]).errors
    assert error.operation == (
        "query($id: ID!, $at: In!, $id2: Int!, $id3: [ID!]!) {\n"
        "  a(id: $id, at: $at) {\n    b(id: $id2) {\n      y(id: $id3)\n    }\n  }\n}"
    )
