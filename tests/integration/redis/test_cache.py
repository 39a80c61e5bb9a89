"""The cache in Redis: the contract, what is lent of public keys, and a Redis that is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.servers.base import ServerProcess, free_port
from hanse_router.errors import Unavailable
from hanse_router.store.protocol import Cache
from hanse_router.store.redis import RedisStore
from tests.integration.redis.conftest import store_at
from tests.router.identity.keys import Issuer, Published
from tests.router.identity.test_client_tokens import verifier
from tests.router.store.cache_contract import CacheContract


class TestCache(CacheContract):
    @pytest.fixture
    def cache(self, store: RedisStore) -> Cache:
        return store.cache


async def test_one_that_is_away_has_nothing_and_takes_nothing() -> None:
    store = store_at(f"redis://127.0.0.1:{free_port()}")
    await store.cache.put("a", b"1", 60)
    assert await store.cache.get("a") is None
    await store.close()


async def test_a_router_verifies_tokens_while_the_issuer_is_away(redis_server: ServerProcess, tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    source = Published(issuer.key.public_jwks, shared_as="jwks:http://issuer")
    store = store_at(redis_server.url)
    await verifier(source, store.cache).verify(issuer.bearer())
    source.away = True
    again = store_at(redis_server.url, prefix=store.prefix)
    assert (await verifier(source, again.cache).verify(issuer.bearer())).authenticated
    elsewhere = store_at(redis_server.url)
    with pytest.raises(Unavailable):
        await verifier(source, elsewhere.cache).verify(issuer.bearer())
    for opened in (store, again, elsewhere):
        await opened.close()
