"""The media subgraph with a bucket of the S3 protocol in the place of its folder."""

from __future__ import annotations

import pytest

from deploy.servers.s3 import S3Server
from tests.integration.storage.bucket import emptied, keys_in
from tests.subgraphs.conftest import router
from tests.subgraphs.media.conftest import Kept, admin, http, issuer, media, owner, settings, stranger

__all__ = ["admin", "http", "issuer", "media", "owner", "router", "settings", "stranger"]


@pytest.fixture
async def storage_url(s3_server: S3Server) -> str:
    """An empty bucket."""
    await emptied(s3_server)
    return s3_server.url


@pytest.fixture
def kept(s3_server: S3Server) -> Kept:
    """How many objects there are, and uploads that were begun."""

    async def count() -> int:
        return len(await keys_in(s3_server))

    return count
