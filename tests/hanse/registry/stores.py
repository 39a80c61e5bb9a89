"""Stores of both kinds for the contract tests, and the schemas that they publish."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from deploy.servers.postgres import Postgres
from hanse.registry.folder import FolderStore
from hanse.registry.store import Author, Line, Publish, Store, Version
from tests.databases import FreshDatabases
from tests.hanse.registry.servers import RunningRegistry, running_registry

HEAD = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])\n'
CATALOG = f"""{HEAD}
type Query {{ products: [Product!]! }}
type Product @key(fields: "id") {{ id: ID! name: String! }}
"""
CATALOG_WITH_PRICE = CATALOG.replace("name: String!", "name: String! price: Int")
CATALOG_WITHOUT_NAME = CATALOG.replace("name: String!", "")
REVIEWS = f"""{HEAD}
type Product @key(fields: "id") {{ id: ID! reviews: [String!]! }}
"""
BROKEN = f"""{HEAD}
type Product @key(fields: "id") {{ id: ID! name: Int! }}
"""
AUTHOR = Author(who="Ann", commit="abc123")
PRODUCTION = Line()


class OpenStore(Protocol):
    """Opens the same store again, as another process would."""

    def __call__(self) -> Store: ...


def publish(
    store: Store,
    subgraph: str,
    sdl: str,
    *,
    line: Line = PRODUCTION,
    base: int | None = None,
    url: str | None = None,
) -> Version:
    """Publish as Ann."""
    return store.publish(line, Publish(subgraph=subgraph, sdl=sdl, url=url, base_version=base), AUTHOR)


@pytest.fixture(scope="session")
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, on_postgres: bool
) -> Iterator[RunningRegistry]:
    """A server that tests share; each uses graphs of its own. Its database is that of the option `--database`."""
    url = ""
    if on_postgres:
        server: Postgres = request.getfixturevalue("postgres_server")
        fresh: FreshDatabases = request.getfixturevalue("fresh_databases")
        url = server.database_url(fresh.take())
    with running_registry(tmp_path_factory.mktemp("registry"), url) as running:
        yield running


@pytest.fixture(params=["folder", "server"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """A store of each kind, empty."""
    if request.param == "folder":
        return lambda: FolderStore(tmp_path / "published")
    registry: RunningRegistry = request.getfixturevalue("registry")
    graph = new_graph()
    key = registry.create_key(graphs=[graph])
    return lambda: registry.store(key, graph)


def new_graph() -> str:
    """The name of a graph that no other test uses."""
    return f"graph-{uuid.uuid4().hex}"


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    """A store of each kind, empty."""
    return open_store()
