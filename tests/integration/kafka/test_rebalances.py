"""Workers that join, leave and are killed under load: no effect is lost or doubled, and each box keeps its order."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.db import Database
from hanse_subgraph.events.consumer import EVERY, Consumer
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.log import EventLog
from tests.integration.kafka.worker import effect
from tests.kit.events.backbone_contract import Effects, move_boxes, tell
from tests.kit.events.logs import Logs

BOXES = 60
MOVES = 25
SETTLED = 90.0  # seconds for the last session to end, and the last event to be handled


@asynccontextmanager
async def working(database: Database, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker; ended with the block, if not before."""
    database_url = database.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.kafka.worker", database_url, url), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            await process.wait()


async def counted(database: Database) -> int:
    """How many effects there are."""
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(effect)) or 0


async def by_box(database: Database) -> dict[str, list[int]]:
    """The places of each box, in the order of their effects."""
    found: dict[str, list[int]] = defaultdict(list)
    async with database.reading() as session:
        for row in await session.execute(select(effect.c.box, effect.c.place).order_by(effect.c.number)):
            found[row.box].append(row.place)
    return dict(found)


@pytest.mark.timeout(300)
async def test_workers_come_and_go_under_load(database: Database, kafka_url: str) -> None:
    url = f"{kafka_url}&session_timeout=6"
    async with database.writing_engine.begin() as connection:
        await connection.run_sync(effect.metadata.create_all)
    chance = random.Random(7)

    async def write() -> None:
        """Every box's moves, all boxes in turn, for some seconds."""
        for place in range(MOVES):
            for box in chance.sample(range(BOXES), BOXES):
                await move_boxes(database, 1, f"b{box}", first=place)

    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(working(database, url))
        writing = asyncio.create_task(write())
        await asyncio.sleep(1)
        second = await stack.enter_async_context(working(database, url))
        await asyncio.sleep(2)
        third = await stack.enter_async_context(working(database, url))
        await asyncio.sleep(2)
        second.kill()
        await asyncio.sleep(1)
        fourth = await stack.enter_async_context(working(database, url))
        await asyncio.sleep(1)
        first.send_signal(signal.SIGTERM)
        await asyncio.sleep(2)
        third.kill()
        await writing
        await stack.enter_async_context(working(database, url))
        async with asyncio.timeout(SETTLED):
            while await counted(database) < BOXES * MOVES:  # noqa: ASYNC110 # they are other processes
                await asyncio.sleep(0.2)
        await asyncio.sleep(2)
        assert fourth.returncode is None
        assert await by_box(database) == {f"b{box}": list(range(MOVES)) for box in range(BOXES)}


async def test_long_retries_give_nothing_away(database: Database, logs: Logs) -> None:
    """The event fails for longer than the cluster lets a consumer be at work; nobody else gets it meanwhile."""
    effects = Effects()
    await effects.prepare(database)
    effects.failures = {1: 3}  # delays of at least 0.6, 1.2 and 2.4 seconds
    tried_by: list[str] = []

    def worker(name: str, events: EventLog) -> Consumer:
        async def handle(session: AsyncSession, event: Event) -> None:
            tried_by.append(name)
            await effects.handle(session, event)

        return Consumer("boxes", events=events, database=database, handlers={EVERY: handle}, first_pause=1.2)

    holds = [await logs.open("&poll_timeout=3&session_timeout=6") for _ in range(2)]
    both = [worker(name, log) for name, log in zip(("one", "two"), holds, strict=True)]
    running = [asyncio.create_task(one.run()) for one in both]
    await asyncio.sleep(8)  # until both have joined: two heartbeats, of 3 s each, and some
    await tell(holds[0], 1)
    for _ in range(200):
        if await effects.seen(database):
            break
        await asyncio.sleep(0.1)
    for one in both:
        one.stop()
    await asyncio.gather(*running)
    assert await effects.seen(database) == [1]
    assert tried_by in (["one"] * 4, ["two"] * 4)
