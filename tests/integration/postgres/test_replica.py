"""A replica answers queries; what a mutation answers comes from the database that it wrote to."""

from __future__ import annotations

from pathlib import Path

from deploy.servers.postgres import Postgres
from shared.ids import new_id
from subgraphs.catalog.app import create
from subgraphs.catalog.settings import CatalogSettings
from tests.databases import FreshDatabases
from tests.subgraphs.harness import Router, somebody, started

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
