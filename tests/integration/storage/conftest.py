"""A bucket of the S3 protocol in the place of a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.servers.s3 import S3Server
from hanse_subgraph.storage.s3 import S3Store
from hanse_subgraph.storage.s3_url import read_url
from tests.integration.storage.bucket import emptied, keys_in
from tests.kit.storage.test_contract import Kept


@pytest.fixture
async def store(s3_server: S3Server) -> AsyncIterator[S3Store]:
    """A store on an empty bucket."""
    store = S3Store(read_url(s3_server.url, {}))
    await emptied(s3_server)
    async with store.opened():
        yield store


@pytest.fixture
def kept(s3_server: S3Server) -> Kept:
    """The keys in the bucket, and those of uploads that were begun."""

    async def keys() -> list[str]:
        return await keys_in(s3_server)

    return keys
