"""Nobody holds another seller's stock for long: reservations expire, are limited, and the seller can release them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.callers import Caller, Harbour, harbour

DEADLINE = 30.0  # seconds
CREATE = 'mutation { createProduct(input: {name: "Rope", price: {amountMinor: 100}, stock: 10}) { id } }'
RESERVE = "mutation ($id: ID!) { reserveStock(productId: $id, quantity: 2) { id state expiresAt } }"
RELEASE = "mutation ($id: ID!) { releaseStock(id: $id) { state product { stock } } }"
SELL = "mutation ($id: ID!) { sellReserved(id: $id) { state } }"
STOCK = "query ($id: ID!) { product(id: $id) { stock } }"


async def seller_and_holder(place: Harbour) -> tuple[Caller, Caller, str]:
    """The seller of a product, another user, and the product's id."""
    seller, holder = await place.registered("ada"), await place.registered("bob")
    return seller, holder, str((await seller.data(CREATE))["createProduct"]["id"])


async def until_stock(caller: Caller, product_id: str, wanted: int) -> None:
    """Wait until the product has this stock."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        found = (await caller.data(STOCK, id=product_id))["product"]["stock"]
        if found == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def reserved(holder: Caller, product_id: str) -> dict[str, Any]:
    """A new reservation."""
    made: dict[str, Any] = (await holder.data(RESERVE, id=product_id))["reserveStock"]
    return made


@pytest.mark.timeout(120)
async def test_reservations_expire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_CATALOG_RESERVATION_MINUTES", "0.005")
    monkeypatch.setenv("HANSE_CATALOG_EXPIRY_SECONDS", "0.1")
    async with harbour(tmp_path, monkeypatch) as place:
        seller, holder, product_id = await seller_and_holder(place)
        made = await reserved(holder, product_id)
        await until_stock(holder, product_id, 10)
        states = "{ myReservations { nodes { id state } } }"
        nodes = (await holder.data(states))["myReservations"]["nodes"]
        assert nodes == [{"id": made["id"], "state": "EXPIRED"}]
        assert await seller.codes(SELL, id=made["id"]) == ["CONFLICT"]
        assert await holder.codes(RELEASE, id=made["id"]) == ["CONFLICT"]


@pytest.mark.timeout(120)
async def test_the_seller_releases_and_callers_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_CATALOG_MAX_RESERVATIONS", "2")
    async with harbour(tmp_path, monkeypatch) as place:
        seller, holder, product_id = await seller_and_holder(place)
        stranger = await place.registered("eve")
        first = await reserved(holder, product_id)
        answers = await asyncio.gather(*(holder.codes(RESERVE, id=product_id) for _ in range(5)))
        assert sorted(answers) == [[], ["CONFLICT"], ["CONFLICT"], ["CONFLICT"], ["CONFLICT"]]
        assert await stranger.codes(RELEASE, id=first["id"]) == ["NOT_FOUND"]
        released = (await seller.data(RELEASE, id=first["id"]))["releaseStock"]
        assert released == {"state": "RELEASED", "product": {"stock": 8}}
        assert await holder.codes(RESERVE, id=product_id) == []
