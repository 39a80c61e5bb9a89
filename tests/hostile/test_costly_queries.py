"""Queries just under the cost limit stall neither the router nor the subgraphs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
