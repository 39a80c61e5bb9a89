"""Stores of both kinds for the contract tests, and the schemas that they publish."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from hanse.registry.folder import FolderStore
from hanse.registry.store import Author, Line, Publish, Store, Version

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


@pytest.fixture(params=["folder"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """A store of each kind, empty."""
    return lambda: FolderStore(tmp_path / "published")


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    """A store of each kind, empty."""
    return open_store()
