"""The media subgraph, with small limits, and who calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from hanse_subgraph.http import http_app
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.media.app import create
from subgraphs.media.settings import MediaSettings
from subgraphs.users.keys import SigningKeys
from tests.subgraphs.harness import Person, Router, an_admin, somebody, started

MAX_BYTES = 300_000
HOST = "http://files.test"
Kept = Callable[[], Awaitable[int]]


def client_of(app: SubgraphApp) -> httpx.AsyncClient:
    """A client of the subgraph's HTTP routes, that reaches a store of the network too."""
    return httpx.AsyncClient(mounts={HOST: httpx.ASGITransport(app=http_app(app))}, base_url=HOST, trust_env=False)


@pytest.fixture
def storage_url(tmp_path: Path) -> str:
    """Where the objects are."""
    return (tmp_path / "media").as_uri()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """How many objects there are."""

    async def count() -> int:
        return len([path for path in (tmp_path / "media").rglob("*") if path.is_file()])

    return count


@pytest.fixture
def settings(tmp_path: Path, router: Router, storage_url: str) -> MediaSettings:
    """Small limits; nothing is swept unless a test does it."""
    return MediaSettings.load(
        data_dir=tmp_path,
        storage_url=storage_url,
        router_jwks_url=router.jwks_url,
        public_url=HOST,
        max_file_bytes=MAX_BYTES,
        quota_bytes=500_000,
        max_pixels=1_000_000,
        max_product_images=3,
        sweep_seconds=3600,
    )


@pytest.fixture
async def media(settings: MediaSettings) -> AsyncIterator[SubgraphApp]:
    """The media subgraph."""
    async with started(create(settings)) as app:
        yield app


@pytest.fixture
def owner(media: SubgraphApp, router: Router) -> Person:
    """Whose files they are."""
    return somebody(media, router, new_id(), "media:write")


@pytest.fixture
def stranger(media: SubgraphApp, router: Router) -> Person:
    """Another user."""
    return somebody(media, router, new_id(), "media:write")


@pytest.fixture
def admin(media: SubgraphApp, router: Router) -> Person:
    """Who looks after all."""
    return an_admin(media, router, new_id(), "media:write", "media:moderate")


@pytest.fixture
async def http(media: SubgraphApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the HTTP routes."""
    async with client_of(media) as client:
        yield client


@pytest.fixture
def issuer(tmp_path: Path) -> SigningKeys:
    """Who signs access tokens: the keys of the users subgraph, where media looks for them."""
    keys = SigningKeys(tmp_path / "keys" / "users-signing.json")
    keys.open()
    return keys
