"""Responses kept in Redis: the contract, shared by routers, and a Redis that is away."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from deploy.servers.base import ServerProcess
from deploy.servers.redis import RedisCluster, RedisServer
from tests.router.caching.response_contract import ResponseContract, StoreSettings, shop
from tests.router.caching.world import CachingPlatform

__all__ = ["shop"]


def on(url: str) -> StoreSettings:
    return {"url": url, "prefix": f"{uuid4()}:", "timeout_seconds": 5.0, "retry_seconds": 0.05}


class TestOnAServer(ResponseContract):
    @pytest.fixture
    def store(self, redis_server: ServerProcess) -> StoreSettings:
        return on(redis_server.url)


class TestOnACluster(ResponseContract):
    @pytest.fixture
    def store(self, redis_cluster: RedisCluster) -> StoreSettings:
        return on(redis_cluster.url)


async def test_routers_share_them(redis_server: ServerProcess, tmp_path: Path) -> None:
    store = on(redis_server.url)
    routers = [CachingPlatform(tmp_path, store=store) for _ in range(2)]
    replies = [await router.post("{ asked fleeting: asked }") for router in routers]
    assert replies[0].body == replies[1].body
    for platform in routers:
        await platform.router.stop()


async def test_without_redis_each_request_is_answered_anew(redis_server: ServerProcess, tmp_path: Path) -> None:
    server = ServerProcess(RedisServer(tmp_path / "redis"), tmp_path / "log")
    with server:
        platform = CachingPlatform(tmp_path, store=on(server.url))
        assert [(await platform.post("{ asked }")).json["data"]["asked"] for _ in range(2)] == [1, 1]
        server.kill()
        replies = [await platform.post("{ asked }") for _ in range(5)]
        assert [reply.json["data"]["asked"] for reply in replies] == [2, 3, 4, 5, 6]
        server.start()
        answers = {(await platform.post("{ asked }")).body for _ in range(100)}
        assert (await platform.post("{ asked }")).body in answers
        await platform.router.stop()
