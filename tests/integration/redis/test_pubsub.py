"""Live announcements over Redis: from one process to another, past a Redis that is killed, and up to `liveStats`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from deploy.servers.base import ServerProcess, free_port
from deploy.servers.redis import RedisCluster, RedisServer
from hanse_subgraph.ids import new_id
from hanse_subgraph.pubsub.redis import RedisAnnouncements
from hanse_subgraph.timeouts import set_within
from tests.subgraphs.harness import Router
from tests.subgraphs.test_processes import CREATE, LIVE, heard, post, send, serving

SOON = 5.0
NOT_NOW = 0.3


@pytest.fixture
def server(redis_server: ServerProcess, tmp_path: Path) -> Iterator[ServerProcess]:
    """One to be killed."""
    with ServerProcess(RedisServer(tmp_path / "redis"), tmp_path / "redis.log") as process:
        yield process


@asynccontextmanager
async def carried(*urls: str, **seconds: float) -> AsyncIterator[list[RedisAnnouncements]]:
    """Announcements on one channel, as of so many processes, connected if they can be."""
    channel = str(uuid4())
    all_ = [RedisAnnouncements(url, channel=channel, setting="HANSE_BOXES_LIVE_URL", **seconds) for url in urls]
    firsts = [one.next() for one in all_]
    carriers = [carrier for one in all_ for carrier in one.carriers()]
    tasks = [asyncio.create_task(carrier.run()) for carrier in carriers]
    for first in firsts:
        await set_within(first, 2.0)  # the one that comes with the connection
    yield all_
    for carrier in carriers:
        carrier.stop()
    async with asyncio.timeout(SOON):
        await asyncio.gather(*tasks)


async def test_an_announcement_wakes_those_who_wait_elsewhere(redis_server: ServerProcess) -> None:
    async with carried(*[redis_server.url] * 3) as (one, another, third):
        elsewhere = [another.next(), third.next()]
        for _ in range(100):
            one.announce()
        assert all([await set_within(event, SOON) for event in elsewhere])
        await asyncio.sleep(NOT_NOW)
        here = one.next()
        assert not await set_within(here, NOT_NOW), "who said it hears it once"


async def test_other_channels_hear_nothing(redis_server: ServerProcess) -> None:
    async with carried(redis_server.url) as [one], carried(redis_server.url) as [other]:
        elsewhere = other.next()
        one.announce()
        assert not await set_within(elsewhere, NOT_NOW)


async def test_each_node_of_a_cluster_carries_to_all(redis_cluster: RedisCluster) -> None:
    async with carried(*(server.url for server in redis_cluster.servers)) as (one, another, third):
        elsewhere = [another.next(), third.next()]
        one.announce()
        assert all([await set_within(event, SOON) for event in elsewhere])


async def test_a_redis_that_is_killed_is_missed_but_nothing_is(
    server: ServerProcess, caplog: pytest.LogCaptureFixture
) -> None:
    async with carried(server.url, server.url) as (one, another):
        server.kill()
        here, elsewhere = one.next(), another.next()
        one.announce()
        assert here.is_set(), "who is in the same process hears it all the same"
        assert not await set_within(elsewhere, NOT_NOW)
        await asyncio.to_thread(server.start)
        assert await set_within(elsewhere, SOON), "told again, or looked again, after the connection"
        await asyncio.sleep(1)
        elsewhere = another.next()
        one.announce()
        assert await set_within(elsewhere, SOON)
    lines = [record.getMessage() for record in caplog.records if record.name == "hanse_subgraph.pubsub.redis"]
    assert len(lines) == 4, lines  # each of both says once that it is lost, and once that it is there
    assert all("HANSE_BOXES_LIVE_URL" in line for line in lines[:2])


async def test_a_connection_that_died_silently_is_found_out(
    server: ServerProcess, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = {"quiet_seconds": 0.2, "answer_seconds": 0.3}
    async with carried(server.url, **impatient) as [one], Redis.from_url(server.url) as redis:
        await asyncio.sleep(1)
        assert not caplog.records, "pings keep a quiet connection"
        await redis.client_pause(1500)
        again = one.next()
        assert await set_within(again, SOON)
    assert "does not answer" in caplog.text


async def test_one_that_refuses_us_or_is_not_there_is_told_in_one_line(
    redis_server: ServerProcess, caplog: pytest.LogCaptureFixture
) -> None:
    async with carried(f"redis://127.0.0.1:{free_port()}", redis_server.url.replace("//", "//nobody:s3cret@")):
        pass
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert sum("does not answer" in line for line in lines) == 1
    assert sum("refuses the user or password" in line for line in lines) == 1
    assert "s3cret" not in caplog.text


@pytest.mark.timeout(300)  # three processes start
async def test_live_stats_see_at_once_what_another_replica_counted(redis_server: ServerProcess, tmp_path: Path) -> None:
    """Both count on one database; only one consumes, and neither would look by itself for ten minutes."""
    router = Router(tmp_path)
    live = {"live_url": redis_server.url, "live_poll_seconds": "600"}
    async with AsyncExitStack() as stack:
        catalog = await stack.enter_async_context(serving("catalog", tmp_path, router))
        await stack.enter_async_context(serving("analytics", tmp_path, router, **live))
        replica = await stack.enter_async_context(
            serving("analytics", tmp_path, router, consume_events="false", migrate_on_start="false", **live)
        )
        async with connect(f"ws://{replica}/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await send(socket, type="connection_init", payload=router.headers("analytics"))
            assert await heard(socket) == {"type": "connection_ack"}
            await send(socket, type="subscribe", id="1", payload={"query": LIVE})
            assert (await heard(socket))["payload"]["data"] == {"liveStats": {"products": 0}}
            headers = router.headers("catalog", new_id(), scope="catalog:write")
            for count in (1, 2, 3):
                assert (await post(catalog, CREATE, headers))[0] == 200
                assert (await heard(socket))["payload"]["data"] == {"liveStats": {"products": count}}
