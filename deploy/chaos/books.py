"""What the databases and the event log hold when everything has come to rest."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.chaos.world import World
from deploy.project import PROJECT, SUBGRAPHS
from hanse_subgraph.db import Database
from hanse_subgraph.events.envelope import Event, decode
from hanse_subgraph.events.log import DeadLetter, EventLog, LogUnavailable
from hanse_subgraph.events.open import open_event_log

Types = tuple[str, ...]

DRAIN_SECONDS = 400.0
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Drained:
    """After how many seconds nothing was on its way any more, and what was waited for until when."""

    seconds: float
    waited: Mapping[str, float]


class Books:
    """Every database of the platform, and the event log, open for reading."""

    def __init__(self, databases: Mapping[str, Database], log: EventLog, consumers: Mapping[str, Types]) -> None:
        """`consumers` are those of the platform, each with the event types that it wants; empty: all."""
        self._databases = databases
        self._consumers = consumers
        self._log = log
        self._found: Counter[str] | None = None

    @asynccontextmanager
    async def reading(self, subgraph: str) -> AsyncIterator[AsyncSession]:
        """A session on one subgraph's database."""
        async with self._databases[subgraph].reading() as session:
            yield session

    async def ids(self, subgraph: str, statement: str) -> set[str]:
        """The ids that a statement finds."""
        async with self.reading(subgraph) as session:
            return {str(row) for row in await session.scalars(text(statement))}

    async def number(self, subgraph: str, statement: str) -> int:
        """The number that a statement finds."""
        async with self.reading(subgraph) as session:
            return int(await session.scalar(text(statement)) or 0)

    async def outbox(self) -> list[Event]:
        """Every event that was ever told, in all subgraphs."""
        told: list[Event] = []
        for name in self._databases:
            async with self.reading(name) as session:
                told += [decode(row) for row in await session.scalars(text("SELECT envelope FROM outbox"))]
        return told

    async def number_logged(self) -> int:
        """How many messages are in the log, those that came twice counted twice."""
        return (await self.logged()).total()

    async def logged(self) -> Counter[str]:
        """How often each event is in the log, by its id."""
        if self._found is None:
            self._found = await self._read_log()
        return self._found

    async def _read_log(self) -> Counter[str]:
        found: Counter[str] = Counter()
        subscription = self._log.subscribe(f"books-{uuid4()}", ())
        try:
            empty = 0
            while empty < 2:
                batch = await subscription.read(limit=1000, wait=5)
                empty = 0 if batch else empty + 1
                found.update(delivery.event.id for delivery in batch)
                await subscription.commit(batch)  # what is not committed is handed out again
        finally:
            await subscription.close()
        return found

    async def drain(self) -> Drained | None:
        """Until nothing is on its way any more; None: that was never.

        Mail whose sender was killed at it is the last: the others leave it alone for five minutes.
        """
        began, waited = time.monotonic(), dict[str, float]()
        while (now := time.monotonic() - began) < DRAIN_SECONDS:
            with suppress(LogUnavailable):  # it was killed a moment ago
                told, waiting = await self.number_told(), await self.on_their_way()
                if not waiting and await self.number_told() == told:
                    return Drained(now, waited)
                waited |= dict.fromkeys(waiting, now)
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def dead(self) -> list[DeadLetter]:
        """The dead letters."""
        return list(await self._log.dead_letters())

    async def on_their_way(self) -> dict[str, int]:
        """How many events have not arrived yet, by what they wait for.

        Each step is looked at after the one before it, so that what moves on meanwhile is not missed.
        """
        unpublished = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        found = {f"the relay of {name}": await self.number(name, unpublished) for name in self._databases}
        for name, types in self._consumers.items():
            found[f"the consumer of {name}"] = sum((await self._log.lag(name, types)).values())
        queued = "SELECT count(*) FROM mails WHERE state = 'queued'"  # each will be told of
        found["mail"] = await self.number("notifications", queued)
        return {waited_for: number for waited_for, number in found.items() if number}

    async def number_told(self) -> int:
        """How many events were ever told."""
        return sum([await self.number(name, "SELECT count(*) FROM outbox") for name in self._databases])


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[Books]:
    """The books of a world."""
    apps = [SUBGRAPHS[name].create({"database_url": url}) for name, url in world.databases.items()]
    consumers = {app.name: app.handled_types for app in apps if app.has_consumer}
    log = await open_event_log(world.kafka.url, PROJECT.platform().topics)
    try:
        yield Books({app.name: app.database for app in apps}, log, consumers)
    finally:
        await log.close()
        for app in apps:
            await app.database.close()
