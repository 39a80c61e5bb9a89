"""The disk is full: clients get a code, the log says what to do, nothing acknowledged is lost, and it goes on after."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import text

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, events_of, eventually, somebody

CREATE = """mutation ($text: String) {
  createProduct(input: {name: "Lamp", description: $text, price: {amountMinor: 1}}) { id } }"""
IDS = "{ products(first: 100) { totalCount nodes { id } } }"
COUNTED = "{ stats { products } }"
LONG = "A lamp. " * 400
LAMP = {"sellerId": new_id(), "sku": "L1", "name": "Lamp", "category": "HOME", "priceMinor": 1, "currency": "EUR"}
NO_LIMIT = 2**30

Full = Callable[[SubgraphApp, str], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def full_sqlite(app: SubgraphApp, _: str) -> AsyncIterator[None]:
    """The file may not grow."""

    async def limit(pages: int) -> None:
        async with app.database.writing_engine.connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await limit(1)  # which is as many as it has
    yield
    await limit(NO_LIMIT)


@asynccontextmanager
async def full_postgres(app: SubgraphApp, table: str) -> AsyncIterator[None]:
    """The server says what it says when a table cannot be extended."""

    async def run(*statements: str) -> None:
        async with app.database.writing() as session:
            for statement in statements:
                await session.execute(text(statement))

    raising = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'"
    await run(
        f"CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN {raising}; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION no_room()",
    )
    yield
    await run(f"DROP TRIGGER no_room ON {table}")


@pytest.fixture
def full(on_postgres: bool) -> Full:
    """Fills a subgraph's disk temporarily."""
    return full_postgres if on_postgres else full_sqlite


@pytest.fixture
def seller(catalog: SubgraphApp, router: Router) -> Person:
    """Who sells."""
    return somebody(catalog, router, new_id(), "catalog:write")


def emitted(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of full disks."""
    return [record.getMessage() for record in caplog.records if record.name == "hanse_subgraph.disk_full"]


async def test_changes_are_refused_and_nothing_acknowledged_is_lost(
    seller: Person, full: Full, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    acknowledged: list[str] = []

    async def create() -> list[str]:
        answer = await seller(CREATE, text=LONG)
        if not answer.errors:
            acknowledged.append(answer.data["createProduct"]["id"])
        return answer.codes

    await create()
    async with full(seller.app, "products"):
        while not (codes := await create()):
            assert len(acknowledged) < 90
        assert codes == ["SERVICE_UNAVAILABLE"]
        assert await create() == ["SERVICE_UNAVAILABLE"]
        found = (await seller.get(IDS))["products"]
    for _ in range(3):
        assert await create() == []
    assert {node["id"] for node in found["nodes"]} == set(acknowledged[:-3]), "what it answers meanwhile"
    assert (await seller.get(IDS))["products"]["totalCount"] == len(acknowledged)
    events = await events_of(seller.app, "product.created", count=len(acknowledged))
    assert sorted(event.subject for event in events) == sorted(acknowledged)
    [line] = emitted(caplog)
    assert line.startswith("HANSE_CATALOG_DATABASE_URL: its disk is full; make room")
    assert not [record for record in caplog.records if record.exc_info], "no traces"


async def test_events_wait_and_are_not_buried(
    analytics: SubgraphApp, full: Full, router: Router, caplog: pytest.LogCaptureFixture
) -> None:
    assert analytics.events is not None
    requests = Person(analytics, router)

    async def counted() -> int:
        return int((await requests.get(COUNTED))["stats"]["products"])

    async def lines() -> int:
        return len(emitted(caplog))

    async with full(analytics, "inbox"):
        for _ in range(3):
            some = [Event(type="product.created", subject=new_id(), source="/catalog", data=LAMP) for _ in range(1000)]
            await analytics.events.append(some)
        await eventually(lines, 1)
        assert await counted() < 3000
        assert await analytics.events.dead_letters() == []
    await eventually(counted, 3000)
    assert await analytics.events.dead_letters() == []
