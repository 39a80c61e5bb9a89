"""PostgreSQL is restarted, killed, away, or has too much to do: clients get codes, and nothing has to be restarted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from deploy.servers.base import ServerProcess
from deploy.servers.postgres import Postgres
from hanse_subgraph.db import Database
from hanse_subgraph.db_engines import Limits
from hanse_subgraph.db_errors import client_error, is_serialization_failure, is_unavailable
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.catalog.app import create
from subgraphs.catalog.settings import CatalogSettings
from tests.serving import serve
from tests.subgraphs.harness import Person, Router, somebody, started

CREATE = """mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id } }"""
COUNT = "{ products { totalCount } }"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, ServerProcess]]:
    """A server that these tests may kill. Nothing committed is lost by a kill, without waiting for the disk too."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    for process in serve(server, tmp_path_factory):
        yield server, process


@pytest.fixture
def process(own_server: tuple[Postgres, ServerProcess]) -> Iterator[ServerProcess]:
    """The server's process, running when the next test begins."""
    server, process = own_server
    yield process
    if not server.ready():
        process.start()


@pytest.fixture
async def seller(
    process: ServerProcess, own_server: tuple[Postgres, ServerProcess], tmp_path: Path
) -> AsyncIterator[Person]:
    """Somebody who sells in a catalog on that server."""
    router = Router(tmp_path / "router")
    url = own_server[0].create_database(f"catalog_{new_id()}")
    settings = CatalogSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url, database_url=url)
    async with started(create(settings)) as app:
        yield somebody(app, router, new_id(), "catalog:write")


async def in_use(app: SubgraphApp) -> int:
    """How many connections are lent now."""
    pools = [engine.sync_engine.pool for engine in (app.database._writing, app.database._reading)]
    return sum(pool.checkedout() for pool in pools)  # type: ignore[attr-defined]


async def test_the_first_request_after_a_restart_succeeds(seller: Person, process: ServerProcess) -> None:
    await seller.get(CREATE)
    await asyncio.gather(*(seller.get(COUNT) for _ in range(5)))
    for end in (process.stop, process.kill):
        await asyncio.to_thread(end)
        await asyncio.to_thread(process.start)
        before = (await seller.get(COUNT))["products"]["totalCount"]
        await seller.get(CREATE)
        assert (await seller.get(COUNT))["products"]["totalCount"] == before + 1


async def test_while_it_is_away_clients_get_a_code_and_afterwards_answers(
    seller: Person, process: ServerProcess
) -> None:
    await seller.get(CREATE)
    await asyncio.to_thread(process.kill)
    for query in (COUNT, CREATE):
        began = time.monotonic()
        answers = await asyncio.gather(*(seller(query) for _ in range(20)))
        assert time.monotonic() - began < 20
        assert {tuple(answer.codes) for answer in answers} == {("SERVICE_UNAVAILABLE",)}
    await asyncio.to_thread(process.start)
    assert (await seller.get(COUNT))["products"]["totalCount"] == 1
    await seller.get(CREATE)
    assert (await seller.get(COUNT))["products"]["totalCount"] == 2


async def test_what_was_acknowledged_outlives_kills(seller: Person, process: ServerProcess) -> None:
    acknowledged: set[str] = set()
    codes: set[str] = set()
    ending = asyncio.Event()

    async def sell() -> None:
        while not ending.is_set():
            answer = await seller(CREATE)
            codes.update(answer.codes)
            if not answer.errors:
                acknowledged.add(answer.data["createProduct"]["id"])

    selling = [asyncio.create_task(sell()) for _ in range(10)]
    for _ in range(3):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.start)
    await asyncio.sleep(0.5)
    ending.set()
    await asyncio.gather(*selling)
    assert codes <= {"SERVICE_UNAVAILABLE"}
    assert acknowledged
    async with seller.app.database.reading() as session:
        kept = {str(row) for row in await session.scalars(text("SELECT id FROM products"))}
    assert acknowledged <= kept
    assert await in_use(seller.app) <= 1, "connections that broke were given back"


async def test_a_pool_with_nothing_free_says_so_in_time(postgres_url: str) -> None:
    database = Database(postgres_url, limits=Limits(pool_size=1, wait_seconds=0.2))
    async with database.writing() as first:
        await first.execute(text("SELECT 1"))
        with pytest.raises(PoolTimeout) as refused:
            async with database.writing() as second:
                await second.execute(text("SELECT 1"))
    assert code_of(refused.value) == "DATABASE_BUSY"
    await database.close()


async def test_a_statement_that_takes_too_long_is_cut_off(postgres_url: str) -> None:
    database = Database(postgres_url, limits=Limits(statement_seconds=0.3))
    with pytest.raises(DBAPIError) as refused:
        async with database.writing() as session:
            await session.execute(text("SELECT pg_sleep(60)"))
    assert code_of(refused.value) == "DATABASE_BUSY"
    async with database.writing() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_a_transaction_that_does_nothing_for_long_is_ended(postgres_url: str) -> None:
    database = Database(postgres_url, limits=Limits(idle_in_transaction_seconds=0.2))

    async def dawdle() -> None:
        async with database.writing() as session:
            await session.execute(text("SELECT 1"))
            await asyncio.sleep(1)
            await session.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError) as refused:
        await dawdle()
    assert is_unavailable(refused.value)
    async with database.writing() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_of_two_that_lock_each_other_out_one_is_told_to_try_again(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE box (id integer PRIMARY KEY, number integer)"))
        await session.execute(text("INSERT INTO box VALUES (1, 0), (2, 0)"))
    both = asyncio.Barrier(2)

    async def add(*ids: int) -> BaseException | None:
        try:
            async with database.writing() as session:
                for place, number in enumerate(ids):
                    await session.execute(text("UPDATE box SET number = number + 1 WHERE id = :id"), {"id": number})
                    if place == 0:
                        await both.wait()
        except DBAPIError as error:
            return error
        return None

    errors = [error for error in await asyncio.gather(add(1, 2), add(2, 1)) if error is not None]
    assert [is_serialization_failure(error) for error in errors] == [True]
    await database.close()


async def test_without_a_cache_no_statement_keeps_a_name(postgres_url: str) -> None:
    database = Database(postgres_url, limits=Limits(statement_cache_size=0, statement_seconds=0))
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE box (number integer, what json)"))
        for number in range(3):
            await session.execute(text("INSERT INTO box (number) VALUES (:number)"), {"number": number})
        assert await session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
    await database.close()


def code_of(error: BaseException) -> str:
    """What a client is told."""
    told = client_error(error)
    assert told is not None
    return told.code
