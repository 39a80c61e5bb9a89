"""Several routers and one Redis: a limit is one for all of them, to the last use."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.servers.base import ServerProcess
from deploy.servers.redis import RedisCluster
from tests.integration.redis.hammer import CAPACITY
from tests.router.platform import Platform

TRIES = 2000
MODULE = "tests.integration.redis.hammer"


@pytest.mark.parametrize("kind", ["server", "cluster"])
async def test_two_processes_never_take_one_too_many(
    kind: str, redis_server: ServerProcess, redis_cluster: RedisCluster
) -> None:
    url = redis_server.url if kind == "server" else redis_cluster.url
    command = [sys.executable, "-m", MODULE, url, f"{uuid4()}:", str(TRIES)]
    pipe = asyncio.subprocess.PIPE
    processes = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    taken = [int(out) for out, _ in said]
    assert sum(taken) == CAPACITY
    assert all(taken), "both were at it"


async def test_two_routers_count_as_one(redis_server: ServerProcess, tmp_path: Path) -> None:
    store = {"url": redis_server.url, "prefix": f"{uuid4()}:", "timeout_seconds": 5.0}
    routers = [Platform(tmp_path, store=store) for _ in range(2)]
    statuses = [(await routers[index % 2].post("{ limited }")).status for index in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    for platform in routers:
        await platform.router.stop()
