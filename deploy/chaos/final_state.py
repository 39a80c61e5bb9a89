"""The state of the databases and the event log after all events were processed."""

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
from subgraphs.audit.service import Trail, Verdict
from subgraphs.audit.settings import AuditSettings

Types = tuple[str, ...]

DRAIN_SECONDS = 400.0
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Drained:
    """The seconds until all events were processed, and per pending step the seconds until it was empty."""

    seconds: float
    waited: Mapping[str, float]


class FinalState:
    """Reads the databases of the platform and the event log."""

    def __init__(
        self, databases: Mapping[str, Database], log: EventLog, consumers: Mapping[str, Types], trail: Trail
    ) -> None:
        """`consumers` maps each consumer to the event types that it handles; empty means all."""
        self._databases = databases
        self._consumers = consumers
        self._log = log
        self._trail = trail
        self._found: Counter[str] | None = None

    @asynccontextmanager
    async def reading(self, subgraph: str) -> AsyncIterator[AsyncSession]:
        """A session on one subgraph's database."""
        async with self._databases[subgraph].reading() as session:
            yield session

    async def ids(self, subgraph: str, statement: str) -> set[str]:
        """The ids selected by a statement."""
        async with self.reading(subgraph) as session:
            return {str(row) for row in await session.scalars(text(statement))}

    async def number(self, subgraph: str, statement: str) -> int:
        """The number selected by a statement."""
        async with self.reading(subgraph) as session:
            return int(await session.scalar(text(statement)) or 0)

    async def outbox(self) -> list[Event]:
        """All events ever emitted, from the outboxes of all subgraphs."""
        emitted: list[Event] = []
        for name in self._databases:
            async with self.reading(name) as session:
                emitted += [decode(row) for row in await session.scalars(text("SELECT envelope FROM outbox"))]
        return emitted

    async def number_logged(self) -> int:
        """The number of messages in the log, including duplicates."""
        return (await self.logged()).total()

    async def logged(self) -> Counter[str]:
        """The number of messages in the log by event id."""
        if self._found is None:
            self._found = await self._read_log()
        return self._found

    async def _read_log(self) -> Counter[str]:
        found: Counter[str] = Counter()
        subscription = self._log.subscribe(f"state-{uuid4()}", ())
        try:
            empty = 0
            while empty < 2:
                batch = await subscription.read(limit=1000, wait=5)
                empty = 0 if batch else empty + 1
                found.update(delivery.event.id for delivery in batch)
                await subscription.commit(batch)  # uncommitted messages are delivered again
        finally:
            await subscription.close()
        return found

    async def audit_verdict(self) -> Verdict:
        """The result of verifying the audit trail."""
        async with self.reading("audit") as session:
            return await self._trail.verify(session, self._log)

    async def drain(self) -> Drained | None:
        """Wait until no event is pending; None if that takes longer than the limit.

        Mails of a killed sender are the last: they are reserved for it for five minutes.
        """
        began, waited = time.monotonic(), dict[str, float]()
        while (now := time.monotonic() - began) < DRAIN_SECONDS:
            with suppress(LogUnavailable):  # the broker was just killed
                emitted, pending = await self.number_emitted(), await self.pending_events()
                if not pending and await self.number_emitted() == emitted:
                    return Drained(now, waited)
                waited |= dict.fromkeys(pending, now)
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def dead(self) -> list[DeadLetter]:
        """The dead letters."""
        return list(await self._log.dead_letters())

    async def pending_events(self) -> dict[str, int]:
        """The numbers of events not yet processed, by the step that they wait for.

        Each step is read after the previous one, so that events that move on meanwhile are not missed.
        """
        unpublished = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        found = {f"the relay of {name}": await self.number(name, unpublished) for name in self._databases}
        for name, types in self._consumers.items():
            found[f"the consumer of {name}"] = sum((await self._log.lag(name, types)).values())
        queued = "SELECT count(*) FROM mails WHERE state = 'queued'"  # each emits an event
        found["mail"] = await self.number("notifications", queued)
        return {waited_for: number for waited_for, number in found.items() if number}

    async def number_emitted(self) -> int:
        """The number of events ever emitted."""
        return sum([await self.number(name, "SELECT count(*) FROM outbox") for name in self._databases])


@asynccontextmanager
async def open_state(world: World) -> AsyncIterator[FinalState]:
    """The final state of a world."""
    apps = [SUBGRAPHS[name].create({"database_url": url}) for name, url in world.databases.items()]
    consumers = {app.name: app.handled_types for app in apps if app.has_consumer}
    log = await open_event_log(world.kafka.url, PROJECT.platform().topics)
    try:
        trail = Trail(AuditSettings.load(data_dir=world.folder / "audit"))
        yield FinalState({app.name: app.database for app in apps}, log, consumers, trail)
    finally:
        await log.close()
        for app in apps:
            await app.database.close()
