"""A replica answers queries, as long as it is there; what a mutation answers comes from the database it wrote to."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.servers.base import ServerProcess
from deploy.servers.postgres import Postgres
from hanse_subgraph.ids import new_id
from subgraphs.catalog.app import create
from subgraphs.catalog.settings import CatalogSettings
from tests.databases import FreshDatabases
from tests.serving import serve
from tests.subgraphs.harness import Router, eventually, somebody, started

CREATE = """mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id name } }"""
UPDATE = """mutation ($id: ID!) { updateProduct(id: $id, version: 1, input: {name: "Chair"}) { name } }"""
PRODUCTS = "{ products { nodes { name } } }"


async def test_queries_read_the_replica(
    postgres_server: Postgres, fresh_databases: FreshDatabases, tmp_path: Path
) -> None:
    """A copy made at one moment stands for a replica that is far behind."""
    router = Router(tmp_path / "router")
    primary, replica = fresh_databases.take(), f"replica_{new_id()}"
    common = {"data_dir": tmp_path, "router_jwks_url": router.jwks_url, "relay_events": False}
    url = postgres_server.database_url(primary)
    async with started(create(CatalogSettings.load(**common, database_url=url))) as app:
        product = (await somebody(app, router, new_id(), "catalog:write").get(CREATE))["createProduct"]
        seller_id = (await somebody(app, router, new_id()).get("{ products { nodes { seller { id } } } }"))["products"]
    read_url = postgres_server.create_database(replica, template=primary)
    settings = CatalogSettings.load(**common, database_url=url, read_database_url=read_url)
    async with started(create(settings)) as app:
        seller = somebody(app, router, seller_id["nodes"][0]["seller"]["id"], "catalog:write")
        assert (await seller.get(UPDATE, id=product["id"])) == {"updateProduct": {"name": "Chair"}}
        assert (await seller.get(PRODUCTS))["products"]["nodes"] == [{"name": "Lamp"}], "it is behind"
    postgres_server.drop_database(replica)
    fresh_databases.give_back(primary)


@pytest.fixture
def replica_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, ServerProcess]]:
    """A server that may be killed."""
    server = Postgres(tmp_path_factory.mktemp("replica"), durable=False)
    for process in serve(server, tmp_path_factory):
        yield server, process


async def test_while_the_replica_is_away_the_primary_answers(
    replica_server: tuple[Postgres, ServerProcess],
    postgres_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is in neither stands for the replica: an empty catalog against one with a lamp."""
    caplog.set_level(logging.WARNING, "hanse_subgraph.replica")
    router, (server, process) = Router(tmp_path / "router"), replica_server
    common = {"data_dir": tmp_path, "router_jwks_url": router.jwks_url, "relay_events": False}
    read_url = server.create_database("replica")
    async with started(create(CatalogSettings.load(**common, database_url=read_url))):
        pass  # which makes the tables
    settings = CatalogSettings.load(**common, database_url=postgres_url, read_database_url=read_url)
    async with started(create(settings)) as app:
        seller = somebody(app, router, new_id(), "catalog:write")
        await seller.get(CREATE)

        async def names() -> list[str]:
            return [node["name"] for node in (await seller.get(PRODUCTS))["products"]["nodes"]]

        for end in (process.kill, process.stop):
            await eventually(names, [])
            assert b'hanse_replica_available{subgraph="catalog"} 1.0' in await app.metrics()
            await asyncio.to_thread(end)
            answers = await asyncio.gather(*(names() for _ in range(50)))
            assert answers == [["Lamp"]] * 50
            assert b'hanse_replica_available{subgraph="catalog"} 0.0' in await app.metrics()
            await asyncio.to_thread(process.start)
        await eventually(names, [])
    said = [record.getMessage() for record in caplog.records if record.name == "hanse_subgraph.replica"]
    assert ["unavailable" in line for line in said] == [True, False] * 2, said
    assert all("HANSE_CATALOG_READ_DATABASE_URL" in line for line in said)


async def test_one_that_does_not_answer_is_waited_for_once(postgres_url: str, tmp_path: Path) -> None:
    """It takes connections and says nothing, as behind a firewall that drops everything."""
    router = Router(tmp_path / "router")
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    settings = CatalogSettings.load(
        data_dir=tmp_path,
        router_jwks_url=router.jwks_url,
        database_url=postgres_url,
        read_database_url=f"postgresql+asyncpg://nobody@127.0.0.1:{port}/replica",
        database_connect_seconds=1,
    )
    with silent:
        async with started(create(settings)) as app:
            seller = somebody(app, router, new_id())
            times = []
            for _ in range(3):
                began = time.monotonic()
                assert (await seller.get(PRODUCTS))["products"]["nodes"] == []
                times.append(time.monotonic() - began)
            assert times[0] >= 1
            assert times[1] + times[2] < 1
