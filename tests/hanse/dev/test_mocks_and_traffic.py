"""`hanse dev` without subgraphs: mocks, and recorded traffic."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import HANSE, run_to_end
from tests.hanse.dev.conftest import DevProcess, run_dev
from tests.hanse.dev.test_files_and_urls import SubgraphServer, subgraph

__all__ = ["subgraph"]

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
PRODUCTS = (
    LINK
    + 'type Query { products(first: Int): [Product!]! }\ntype Product @key(fields: "id") { id: ID! name: String! }\n'
)
REVIEWS = LINK + 'type Product @key(fields: "id") { id: ID! stars: Int! }\ntype Query { price: Int }\n'


def write(folder: Path, reviews: str) -> None:
    """Two subgraphs in files; nothing listens at the URL of `products`."""
    (folder / "products.graphql").write_text(PRODUCTS)
    (folder / "reviews.graphql").write_text(REVIEWS)
    (folder / "supergraph.yaml").write_text(
        "subgraphs:\n"
        "  products: {routing_url: 'http://127.0.0.1:9/', schema: {file: products.graphql}}\n"
        f"  reviews: {{routing_url: '{reviews}', schema: {{file: reviews.graphql}}}}\n"
    )


def test_mocks_answer_for_subgraphs_that_are_named_or_unavailable(tmp_path: Path) -> None:
    write(tmp_path, "http://127.0.0.1:9/")
    (tmp_path / "mocks.yaml").write_text("types: {Product: {name: Lamp}}")
    options = ["--mock", "reviews", "--mock-unavailable", "--mock-values", "mocks.yaml"]
    with run_dev(tmp_path, *options) as dev:
        dev.serving(1)
        response = dev.ask("{ products(first: 2) { id name stars } }")
        assert [product["name"] for product in response["data"]["products"]] == ["Lamp", "Lamp"]
        assert all(isinstance(product["stars"], int) for product in response["data"]["products"])
        assert dev.ask("{ products(first: 2) { id name stars } }") == response
        assert dev.event("subgraph")["state"] == "mocked"

        (tmp_path / "mocks.yaml").write_text("types: {Product: {name: Table, stars: 5}}")
        dev.until("{ products(first: 1) { name stars } }", lambda found: found == {"data": {"products": [TABLE]}})

        (tmp_path / "reviews.graphql").write_text(REVIEWS.replace("stars: Int!", "stars: Int! text: String!"))
        dev.serving(2)
        assert isinstance(dev.ask("{ products { text } }")["data"]["products"][0]["text"], str)


def test_an_entity_is_the_same_object_by_each_of_its_keys(tmp_path: Path) -> None:
    keys = 'type Product @key(fields: "id") @key(fields: "sku")'
    shop = f"{LINK}{keys} {{ id: ID! sku: String! name: String! }} type Query {{ products: [Product!]! }}"
    stock = f"{LINK}{keys} {{ id: ID! sku: String! count: Int! }} type Query {{ inStock(sku: String!): Product }}"
    search = f'{LINK}type Product @key(fields: "sku") {{ sku: String! }} type Query {{ found(sku: String!): Product }}'
    for name, sdl in (("shop", shop), ("stock", stock), ("search", search)):
        (tmp_path / f"{name}.graphql").write_text(sdl)
    entries = "".join(f"  {name}: {{schema: {{file: {name}.graphql}}}}\n" for name in ("shop", "stock", "search"))
    (tmp_path / "supergraph.yaml").write_text(f"subgraphs:\n{entries}")
    with run_dev(tmp_path, "--mock", "shop", "--mock", "stock", "--mock", "search") as dev:
        dev.serving(1)
        for product in dev.ask("{ products { id sku name count } }")["data"]["products"]:
            for field in ("found", "inStock"):
                query = f"query($sku: String!) {{ {field}(sku: $sku) {{ id sku name count }} }}"
                assert dev.ask(query, sku=product["sku"]) == {"data": {field: product}}


TABLE = {"name": "Table", "stars": 5}


def test_traffic_is_recorded_and_replayed(tmp_path: Path, subgraph: SubgraphServer) -> None:
    write(tmp_path, subgraph.url)
    with run_dev(tmp_path, "--record", "traffic", "--mock", "products") as dev:
        dev.serving(1)
        ask_with_secret(dev, "{ price }")
    files = sorted(path.name for path in (tmp_path / "traffic" / "reviews").iterdir())
    assert len(files) == 2
    assert files[-1] == "schema.graphql"
    recorded = "".join(path.read_text() for path in (tmp_path / "traffic").rglob("*.json"))
    assert '"price": 3' in recorded
    assert "s3cret" not in recorded

    write(tmp_path, "http://127.0.0.1:9/")
    with run_dev(tmp_path, "--replay", "traffic") as dev:
        dev.serving(1)
        assert dev.ask("query Other {\n  price # the same\n}") == {"data": {"price": 3}}
        [error] = dev.ask("{ products { id } }")["errors"]
        assert "is recorded in" in error["message"]


CLOCK = """\
import asyncio
from collections.abc import AsyncGenerator

import strawberry


@strawberry.type
class Query:
    hour: int = 3


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tick(self, start: int) -> AsyncGenerator[int, None]:
        for number in range(3):
            yield start - number

    @strawberry.subscription
    async def wait(self) -> AsyncGenerator[int, None]:
        yield 7
        await asyncio.Event().wait()


schema = strawberry.federation.Schema(query=Query, subscription=Subscription)
"""
TICKS = [{"data": {"tick": number}} for number in (9, 8, 7)]


def test_subscriptions_are_recorded_and_replayed(tmp_path: Path) -> None:
    (tmp_path / "clock.py").write_text(CLOCK)
    (tmp_path / "supergraph.yaml").write_text("subgraphs: {clock: {schema: {python: 'clock:schema'}}}")
    with run_dev(tmp_path, "--record", "traffic") as dev:
        dev.serving(1)
        with dev.subscribed("subscription { tick(start: 9) }") as events:
            assert list(events) == TICKS
        with dev.subscribed("subscription { wait }") as events:
            assert next(events) == {"data": {"wait": 7}}
    entries = sorted((len(one["events"]), one["complete"]) for one in recorded_entries(tmp_path))
    assert entries == [(1, False), (3, True)]

    (tmp_path / "clock.py").unlink()
    with run_dev(tmp_path, "--replay", "traffic") as dev:
        dev.serving(1)
        with dev.subscribed("subscription Other { tick(start: 9) }") as events:
            assert list(events) == TICKS
        with dev.subscribed("subscription { wait }") as events:
            assert next(events) == {"data": {"wait": 7}}
        with dev.subscribed("subscription { tick(start: 1) }") as events:
            [error] = next(events)["errors"]
            assert "No events of this subscription of clock are recorded in" in error["message"]


def recorded_entries(folder: Path) -> list[dict[str, Any]]:
    """What is recorded of the subgraph `clock`."""
    return [json.loads(path.read_text()) for path in (folder / "traffic" / "clock").glob("*.json")]


def ask_with_secret(dev: DevProcess, query: str) -> None:
    """Send an operation with a header that must not be recorded."""
    headers = {"content-type": "application/json", "x-secret": "s3cret", "cookie": "s3cret"}
    request = urllib.request.Request(dev.url, json.dumps({"query": query}).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        assert json.load(reply) == {"data": {"price": 3}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mock", "nothing"], "the subgraphs are: products, reviews"),
        (["--mock-values", "none.yaml"], "cannot read none.yaml"),
        (["--record", "a", "--replay", "a"], "--record and --replay exclude each other"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, options: list[str], message: str) -> None:
    write(tmp_path, "http://127.0.0.1:9/")
    done = run_to_end(HANSE, "dev", "--port", "0", *options, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert message in done.stderr
