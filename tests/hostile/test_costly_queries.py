"""Queries just under the cost limit stall neither the router nor the subgraphs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanse_subgraph.ids import new_id
from subgraphs.catalog.models import Product
from tests.hostile.callers import Caller, harbour
from tests.hostile.probe import no_stall

SELLER = "id username firstName lastName createdAt"
PRODUCT = "id name description price { amountMinor currency } createdAt updatedAt"
COSTLY = {
    "lists in a list": f"{{ products(first: 100) {{ nodes {{ {PRODUCT} "
    f"seller {{ {SELLER} products(first: 90) {{ nodes {{ id name }} }} }} }} }} }}",
    "many lists side by side": "{ "
    + " ".join(f"a{n}: products(first: 100) {{ nodes {{ {PRODUCT} }} }}" for n in range(49))
    + " }",
    "many lists of one object": "{ me { "
    + " ".join(f"a{n}: tasks(first: 100) {{ nodes {{ id title owner {{ {SELLER} }} }} }}" for n in range(48))
    + " } }",
}
"""Each costs more than 9,000; the limit is 10,000."""


@pytest.fixture
async def seller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    """A user with 100 products and 100 tasks, for whom every rate limit is off."""
    monkeypatch.setenv("HANSE_ROUTER_RATE_LIMITS__ENABLED", "false")
    async with harbour(tmp_path, monkeypatch) as place:
        caller = await place.registered("ada")
        for first in range(0, 100, 10):
            made = (
                f'p{n}: createProduct(input: {{name: "Sail {n}", description: "Canvas", '
                'price: { amountMinor: 1200, currency: "EUR" }}) { id } '
                f't{n}: createTask(input: {{title: "Mend sail {n}"}}) {{ id }}'
                for n in range(first, first + 10)
            )
            await caller.data(f"mutation {{ {' '.join(made)} }}")
        yield caller


@pytest.mark.usefixtures("collecting_as_servers_of_subgraphs")
@pytest.mark.parametrize("query", COSTLY.values(), ids=COSTLY)
async def test_a_query_just_under_the_cost_limit_does_not_stall_the_loop(seller: Caller, query: str) -> None:
    for _ in range(3):  # the first prepares it, the second generates code for it
        await seller.data(query)
    async with no_stall():
        response = await seller.send(query)
    assert "errors" not in response


@pytest.mark.usefixtures("collecting_as_servers_of_subgraphs")
async def test_many_lists_of_many_objects_do_not_stall_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine thousand rows: a page of products for each of a hundred sellers."""
    async with harbour(tmp_path, monkeypatch) as place:
        now = datetime.now(UTC)
        async with place.subgraphs["catalog"].database.writing() as session:
            sellers = [new_id() for _ in range(100)]
            for _ in range(90):  # the newest page has a product of each seller
                session.add_all([product_of(seller, now) for seller in sellers])
        query = "{ products(first: 100) { nodes { id seller { id products(first: 90) { nodes { id name } } } } } }"
        for _ in range(2):
            nodes = (await place.anybody.data(query))["products"]["nodes"]
            assert sum(len(node["seller"]["products"]["nodes"]) for node in nodes) == 9_000
        async with no_stall():
            response = await place.anybody.send(query)
    assert "errors" not in response


def product_of(seller_id: str, now: datetime) -> Product:
    """A product of a seller."""
    id_ = new_id()
    return Product(
        id=id_,
        sku=id_,
        name="Sail",
        description="Canvas",
        category="rigging",
        tags=[],
        price_minor=1200,
        currency="EUR",
        stock=1,
        seller_id=seller_id,
        version=1,
        created_at=now,
        updated_at=now,
    )
