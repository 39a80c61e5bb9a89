"""Which plans of the reference planners are not compared with ours, and why."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.empty_objects import without_empty_objects
from conformance.oracles.planners import ReferencePlan
from conformance.plans import Graph
from hanse_router.planner import Planner
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
SHOP = LINK + 'type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String }'
STOCK = LINK + 'type Item @key(fields: "id") { id: ID! shelf: Shelf } type Shelf { row: Int }'
ITEM = {"kind": "Fetch", "serviceName": "shop", "operation": "{ item { name } }"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    sources = [SubgraphSource("shop", SHOP, "http://shop"), SubgraphSource("stock", STOCK, "http://stock")]
    composition = compose(sources)
    assert composition.supergraph is not None
    assert composition.sdl is not None
    supergraph = composition.supergraph
    return Graph(0, composition.sdl, Planner(supergraph), api_schema(supergraph), frozenset())


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("{ item { name shelf { row @skip(if: true) } } }", ITEM),
        ("{ item { name shelf { ... on Shelf @include(if: false) { row } } } }", ITEM),
        ("{ item { name @skip(if: true) } }", None),
    ],
)
def test_a_plan_that_does_not_ask_whether_an_object_exists_is_left_out(graph: Graph, query: str, plan: Any) -> None:
    assert graph.objections(query, ReferencePlan(plan))


@pytest.mark.parametrize(
    "query",
    [
        "{ item { name shelf { row } } }",
        "query ($v: Boolean!) { item { name shelf { row @skip(if: $v) } } }",
        "{ item { name @skip(if: true) shelf { row } } }",
        "{ item { name shelf { row @skip(if: true) } shelf { row } } }",
    ],
)
def test_other_plans_that_are_shorter_count(graph: Graph, query: str) -> None:
    assert graph.objections(query, ReferencePlan(ITEM)) == []


def test_only_fields_of_empty_objects_are_replaced() -> None:
    query = "{ a { b @skip(if: true) ...F } c { d @include(if: true) } } fragment F on T { e @include(if: false) }"
    reduced = without_empty_objects(query).split()
    assert reduced[:10] == ["{", "__typename", "c", "{", "d", "@include(if:", "true)", "}", "}", "fragment"]
    assert without_empty_objects("{ a { b } }") == "{ a { b } }"
