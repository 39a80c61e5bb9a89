"""Redis is killed, hangs, or refuses us: the router answers all the same, soon, and goes back to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from deploy.servers.base import ServerProcess, free_port
from deploy.servers.redis import RedisCluster, RedisServer
from hanse_router.store.protocol import Charge, StoreUnavailable
from hanse_wire.settings import SettingsError
from tests.e2e.processes import HANSE, run_to_end
from tests.integration.redis.conftest import store_at
from tests.router.platform import Platform, Reply

TIME_LIMIT = 0.25
PATIENT = 3.0  # a busy machine is no dead Redis
AWAY = "hanse_store_available 0.0"
THERE = "hanse_store_available 1.0"


@pytest.fixture
def server(redis_server: ServerProcess, tmp_path: Path) -> Iterator[ServerProcess]:
    """One to be killed."""
    with ServerProcess(RedisServer(tmp_path / "redis"), tmp_path / "redis.log") as process:
        yield process


@asynccontextmanager
async def router_on(url: str, folder: Path, time_limit: float = TIME_LIMIT, **limits: Any) -> AsyncIterator[Platform]:
    """A router whose operations all are counted in the store."""
    rate_limits = {"requests": {"max": 1_000_000, "window": "1h"}, **limits}
    store = {"url": url, "timeout_seconds": time_limit, "retry_seconds": 0.3}
    platform = Platform(folder, store=store, rate_limits=rate_limits)
    await platform.router.start()
    yield platform
    await platform.router.stop()


async def shown(platform: Platform) -> str:
    return (await platform.send("GET", "/metrics")).body.decode()


async def until(platform: Platform, line: str, seconds: float = 20.0) -> None:
    """Ask until the metrics have the line."""
    deadline = time.monotonic() + seconds
    while line not in (await shown(platform)).splitlines():
        assert time.monotonic() < deadline
        await platform.post("{ hello }")
        await asyncio.sleep(0.02)


class Load:
    """Operations without pause, with what came of each: its status, and its time."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._stopping = False
        self.replies: list[tuple[Reply, float]] = []

    async def run(self) -> None:
        while not self._stopping:
            began = time.monotonic()
            reply = await self._platform.post("{ hello }", headers={"accept": "application/graphql-response+json"})
            self.replies.append((reply, time.monotonic() - began))
            await asyncio.sleep(0.001)

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        """Under this load."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(8):
                tasks.create_task(self.run())
            yield
            self._stopping = True


async def test_it_is_killed_under_load_and_comes_back(
    server: ServerProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with router_on(server.url, tmp_path, PATIENT) as platform:
        load = Load(platform)
        async with load.going():
            for _ in range(2):
                await asyncio.sleep(0.3)
                server.kill()
                await until(platform, AWAY)
                before = len(load.replies)
                await asyncio.sleep(0.7)
                assert len(load.replies) > before + 50, "answers go on without it"
                await asyncio.to_thread(server.start)
                await until(platform, THERE)
        assert {reply.status for reply, _ in load.replies} == {200}
        assert max(seconds for _, seconds in load.replies) < PATIENT + 2.0
        async with Redis.from_url(server.url) as redis:
            assert await redis.keys("hanse:limit:*"), "it counts there again"
    said = [record.getMessage() for record in caplog.records if record.name == "hanse_router.store"]
    assert len(said) == 4, said  # one line for each change
    assert "store.url" in said[0]
    assert "is available again" in said[1]


async def test_nothing_is_let_through_uncounted_where_the_settings_say_so(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with router_on(server.url, tmp_path, on_store_failure="closed") as platform:
        assert (await platform.post("{ hello }")).status == 200
        server.kill()
        refused = await platform.post("{ hello }", headers={"accept": "application/graphql-response+json"})
        assert (refused.status, refused.codes) == (503, ["RATE_LIMITS_UNAVAILABLE"])
        await until(platform, AWAY)
        server.start()
        await until(platform, THERE)
        assert (await platform.post("{ hello }")).status == 200


async def test_one_that_hangs_holds_a_few_requests_for_the_time_limit_and_then_none(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with router_on(server.url, tmp_path) as platform, Redis.from_url(server.url) as redis:
        await platform.post("{ hello }")
        await redis.client_pause(2500)
        times = []
        for _ in range(40):
            began = time.monotonic()
            assert (await platform.post("{ hello }")).status == 200
            times.append(time.monotonic() - began)
        slow = [seconds for seconds in times if seconds > TIME_LIMIT / 2]
        assert 3 <= len(slow) <= 5, times
        assert max(times) < TIME_LIMIT + 0.5
        await until(platform, THERE)


async def test_a_node_of_a_cluster_dies_and_comes_back(redis_server: ServerProcess, tmp_path: Path) -> None:
    with RedisCluster(tmp_path) as cluster:
        store = store_at(cluster.url, timeout_seconds=PATIENT, retry_seconds=0.05)
        await store.start()

        async def served() -> int:
            """Of how many callers the limits are counted."""
            done = 0
            for caller in range(30):
                try:
                    await store.buckets.take([Charge(f"{{user:{caller}}}|a", 1, 1000, 3600.0)])
                    done += 1
                except StoreUnavailable:
                    await asyncio.sleep(0.06)
            return done

        async def all_served() -> None:
            deadline = time.monotonic() + 60
            while await served() < 30:
                assert time.monotonic() < deadline

        await all_served()
        cluster.nodes[1].kill()
        assert await served() < 30
        cluster.nodes[1].start()
        await all_served()
        await store.close()


async def test_without_it_the_router_starts_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    began = time.monotonic()
    async with router_on(f"redis://127.0.0.1:{free_port()}", tmp_path) as platform:
        assert time.monotonic() - began < 2
        assert (await platform.post("{ hello }")).status == 200
        assert (await platform.send("GET", "/health/ready")).status == 200
        assert AWAY in await shown(platform)
    [line] = [record.getMessage() for record in caplog.records if record.name == "hanse_router.store"]
    assert "store.url" in line
    assert "\n" not in line


@pytest.fixture(params=["silent", "password", "user", "database", "cluster", "no cluster"])
def refused(
    request: pytest.FixtureRequest, redis_server: ServerProcess, redis_cluster: RedisCluster, tmp_path: Path
) -> Iterator[tuple[str, str]]:
    """A URL that a server refuses, and what is to be said of it."""
    locked = RedisServer(tmp_path / "locked", password="open sesame")
    place = f"127.0.0.1:{locked.port}"
    with ServerProcess(locked, tmp_path / "locked.log"):
        yield {
            "silent": (f"redis://{place}", "refuses the user or password: write redis://USER:PASSWORD@HOST:PORT"),
            "password": (f"redis://:wrong@{place}", "refuses the user or password"),
            "user": (f"redis://nobody:open%20sesame@{place}", "refuses the user or password"),
            "database": (f"{redis_server.url}/99", "DB index is out of range"),
            "cluster": (redis_cluster.url.replace("+cluster", ""), "is a node of a cluster: write redis+cluster://"),
            "no cluster": (redis_server.url.replace("redis", "redis+cluster"), "is not a node of a cluster"),
        }[request.param]


async def test_one_that_refuses_us_stops_the_start_with_one_line(refused: tuple[str, str]) -> None:
    url, said = refused
    store = store_at(url)
    with pytest.raises(SettingsError, match=r"setting store\.url: 127\.0\.0\.1:") as error:
        await store.start()
    await store.close()
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "wrong" not in str(error.value)


def test_a_router_that_it_refuses_ends_with_that_line_alone(tmp_path: Path) -> None:
    locked = RedisServer(tmp_path / "locked", password="open sesame")
    supergraph = Path(__file__).parents[3] / "schema" / "published" / "supergraph.graphql"
    with ServerProcess(locked, tmp_path / "locked.log"):
        env = {"HANSE_ROUTER_STORE__URL": f"redis://:wrong@127.0.0.1:{locked.port}"}
        ended = run_to_end(HANSE, "router", "--supergraph", supergraph, "--port", "0", env=env)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("hanse: setting store.url: 127.0.0.1:")
    assert "refuses the user or password" in line
