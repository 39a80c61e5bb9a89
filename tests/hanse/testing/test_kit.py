"""The testing kit: subgraphs, responses, and what fails with which message."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hanse.testing import CompositionFailed, MockedSubgraph, Principal, SdlSubgraph, TestSupergraph
from hanse.testing.frozen_plans import FrozenPlan
from hanse.testing.schema_check import SchemaCheck

Make = Callable[..., TestSupergraph]
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", '
    '"@shareable", "@requiresScopes"])\n'
)
PRODUCTS = SdlSubgraph(
    LINK
    + """
    type Query { product(id: ID! = 1): Product things: [Thing!]! }
    type Mutation { rename(name: String!): Product }
    type Product implements Thing @key(fields: "id") {
      id: ID!
      weight: Int
      secret: String @requiresScopes(scopes: [["read"]])
    }
    type Part implements Thing { id: ID! }
    interface Thing { id: ID! }
    """,
    {
        "Query.product": lambda parent, info, id: {"id": id, "weight": 3},
        "Query.things": [{"__typename": "Product", "id": "1"}, {"__typename": "Part", "id": "2"}],
        "Mutation.rename": lambda parent, info, name: {"id": name},
        "Product.secret": "s",
    },
    {"Product": lambda representation: {"weight": 10 * int(representation["id"])}},
)
SHIPPING = SdlSubgraph(
    LINK
    + """
    type Product @key(fields: "id") {
      id: ID!
      weight: Int @external
      price: Int @requires(fields: "weight")
      note: String
    }
    """,
    {"Product.price": lambda parent, info: parent["weight"] * 2},
    {"Product": [{"id": "1", "note": "fragile"}, {"id": "2", "note": None}]},
)


@pytest.fixture
def graph(supergraph: Make) -> TestSupergraph:
    return supergraph(products=PRODUCTS, shipping=SHIPPING)


async def test_required_fields_and_entities(graph: TestSupergraph) -> None:
    response = await graph.execute('{ product(id: "1") { price note } }')
    response.assert_data({"product": {"price": 6, "note": "fragile"}})
    response.assert_size(fetches=2, levels=2)
    (request,) = response.requests_to("shipping")
    assert request.representations == [{"__typename": "Product", "id": "1", "weight": 3}]


async def test_an_unknown_entity_is_null(graph: TestSupergraph) -> None:
    response = await graph.execute('{ product(id: "9") { note } }')
    response.assert_data({"product": {"note": None}})


async def test_mocked_entities(supergraph: Make) -> None:
    stock = LINK + 'type Product @key(fields: "id") { id: ID! stock: Int! shelf: Shelf! } enum Shelf { LOW HIGH }'
    graph = supergraph(products=PRODUCTS, stock=MockedSubgraph(stock))
    query = '{ product(id: "1") { weight stock shelf } }'
    response = await graph.execute(query)
    response.assert_no_errors()
    assert response.data["product"]["weight"] == 3
    assert isinstance(response.data["product"]["stock"], int)
    assert response.data["product"]["shelf"] in ("LOW", "HIGH")
    (await graph.execute(query)).assert_data(response.data)


async def test_abstract_types_variables_and_mutations(graph: TestSupergraph) -> None:
    response = await graph.execute("{ things { __typename id ... on Product { note } } }")
    assert [one["__typename"] for one in response.data["things"]] == ["Product", "Part"]
    renamed = await graph.execute("mutation M($name: String!) { rename(name: $name) { id weight } }", {"name": "5"})
    renamed.assert_data({"rename": {"id": "5", "weight": None}})
    renamed.assert_not_requested("shipping")


async def test_the_caller_is_checked(graph: TestSupergraph) -> None:
    query = "{ product { id secret } }"
    (await graph.execute(query)).assert_errors("UNAUTHORIZED_FIELD_OR_TYPE")
    ada = Principal("ada", scopes=frozenset({"read"}), authenticated=True)
    (await graph.execute(query, caller=ada)).assert_data({"product": {"id": "1", "secret": "s"}})


async def test_async_resolvers_and_errors_of_subgraphs(supergraph: Make) -> None:
    async def value(parent: Any, info: Any) -> int:
        await asyncio.sleep(0)
        return 4

    def fails(parent: Any, info: Any) -> int:
        raise ValueError("no such thing")

    sdl = LINK + "type Query { a: Int b: Int }"
    graph = supergraph(one=SdlSubgraph(sdl, {"Query.a": value, "Query.b": fails}))
    response = await graph.execute("{ a b }")
    assert response.data == {"a": 4, "b": None}
    assert [error["path"] for error in response.errors] == [["b"]]


async def test_an_operation_that_is_refused_has_its_code(graph: TestSupergraph) -> None:
    response = await graph.execute("{ unknown }")
    response.assert_errors("GRAPHQL_VALIDATION_FAILED")
    with pytest.raises(AssertionError, match="was not executed"):
        response.assert_size(fetches=1)


async def test_failed_assertions_say_what_was_done(graph: TestSupergraph) -> None:
    response = await graph.execute("{ product { note } }")
    with pytest.raises(AssertionError, match=r"the plan has 2 fetches in 2 levels:\s+QueryPlan"):
        response.assert_size(levels=1)
    with pytest.raises(AssertionError, match=r"shipping was not requested for price: .*note"):
        response.assert_requested("shipping", "note", "price")
    with pytest.raises(AssertionError, match="requests went to: products, shipping"):
        response.assert_requested("reviews")
    with pytest.raises(AssertionError, match="subgraph shipping got a request: "):
        response.assert_not_requested("shipping")
    with pytest.raises(AssertionError, match="errors: "):
        response.assert_errors("BAD_USER_INPUT")


def test_subgraphs_that_do_not_compose_name_the_repair(supergraph: Make) -> None:
    other = LINK + "type Query { n: Int @shareable }"
    with pytest.raises(CompositionFailed, match=r"INVALID_FIELD_SHARING(.|\n)*repair: Mark Query.n @shareable in a\."):
        supergraph(a=LINK + "type Query { n: Int }", b=other)


def test_frozen_plans(graph: TestSupergraph, tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    frozen = FrozenPlan(file, "test[a b]", update=False)
    with pytest.raises(AssertionError, match="is missing: run pytest --hanse-update-plans"):
        frozen(graph, "{ product { id } }")
    FrozenPlan(file, "test[a b]", update=True)(graph, "{ product { id } }")
    frozen(graph, "{ product { id } }")
    assert [path.name for path in (tmp_path / "plans" / "test_x").iterdir()] == ["test-a-b-.txt"]
    with pytest.raises(AssertionError, match=r"the plan changed(.|\n)*\+ .*note"):
        frozen(graph, "{ product { id note } }")


def test_check_schema(graph: TestSupergraph, supergraph: Make, tmp_path: Path) -> None:
    check = SchemaCheck(tmp_path, update=False)
    with pytest.raises(AssertionError, match="is missing"):
        check(graph, "api.graphql")
    SchemaCheck(tmp_path, update=True)(graph, "api.graphql")
    assert check(graph, "api.graphql") == []

    more = supergraph(products=PRODUCTS, shipping=SHIPPING, extra=LINK + "type Query { more: Int }")
    assert [change.coordinate for change in check(more, "api.graphql")] == ["Query.more"]
    less = supergraph(products=PRODUCTS)
    with pytest.raises(AssertionError, match=r"breaks clients of(.|\n)*Product\.price"):
        check(less, "api.graphql")
    (tmp_path / "own.graphql").write_text("type Query { a: Int }")
    assert check("type Query { a: Int b: Int }", "own.graphql") != []


def test_the_plugin_is_light() -> None:
    """Every pytest run in an environment with Hanse imports it."""
    code = "import sys, hanse.pytest_plugin; print(*(name for name in sys.modules if name.startswith('hanse')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["hanse", "hanse.pytest_plugin"]
