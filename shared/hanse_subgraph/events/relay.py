"""The relay: moves events from the outbox to the event log.

It may die anywhere: an event is marked only after the log has it, and the log (or each consumer's inbox) knows events
by their id, so that one which is sent again counts once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import client_error
from hanse_subgraph.events.counters import EventCounters
from hanse_subgraph.events.log import EventLog, LogUnavailable
from hanse_subgraph.events.outbox import RETENTION, Waiting, claim, forget_published, mark_published, waiting
from hanse_subgraph.events.relay_lock import relay_lock
from hanse_subgraph.timeouts import set_within
from hanse_wire.backoff import Backoff

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 1.0  # commits of this process wake the relay; this is for those of others
CONTENDED_SECONDS = 0.02  # until others are done with what they hold
BACKOFF = Backoff(first=0.1, maximum=10.0)  # after failures
HELD_SECONDS = 30.0  # until a rejected event is retried
TIDY_SECONDS = 3600.0


class Relay:
    """The relay of one database. There may be several, in any number of processes: they share the work."""

    def __init__(
        self,
        database: Database,
        events: EventLog,
        *,
        counters: EventCounters | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._events = events
        self._counters = counters or EventCounters()
        self._clock = clock
        self._wanted = asyncio.Event()
        self._stopping = asyncio.Event()
        self._contended = False  # others were at what we wanted: soon there may be more for us
        self._held: set[str] = set()  # subjects of which the log refused an event
        self._held_until = 0.0
        self._tidied = -TIDY_SECONDS

    def wake(self) -> None:
        """Something was committed."""
        self._wanted.set()

    def stop(self) -> None:
        """Let `run` end, with what it is about done: cancelling would tear a statement in two."""
        self._stopping.set()
        self._wanted.set()

    async def run(self) -> None:
        """Move events until stopped; failures are logged and retried."""
        delays = BACKOFF.delays()
        while not self._stopping.is_set():
            self._wanted.clear()
            try:
                await self._tidy()
                await self._move_all()
                delays = BACKOFF.delays()
                if not self._stopping.is_set():
                    await set_within(self._wanted, IDLE_SECONDS)
            except Exception as error:
                seen = None if isinstance(error, LogUnavailable) or client_error(error) else error
                delay = next(delays)
                log.error("the relay retries in %.1f s: %s", delay, error, exc_info=seen)
                await set_within(self._stopping, delay)

    async def move(self) -> int:
        """Move one batch; how many were moved."""
        if time.monotonic() >= self._held_until:
            self._held.clear()
        moved = await (self._move_in_turn() if self._database.is_sqlite else self._move_claimed())
        self._counters.relayed += moved
        return moved

    async def _move_all(self) -> None:
        while not self._stopping.is_set():
            if await self.move():
                continue
            if not self._contended:
                return
            await set_within(self._stopping, CONTENDED_SECONDS)

    async def _move_claimed(self) -> int:
        """PostgreSQL: lock the rows until the end of the transaction, or of this process."""
        async with self._database.writing() as session:
            batch, self._contended = await claim(session, BATCH, held=self._held)
            return await self._moved(session, batch, await self._append(batch))

    async def _move_in_turn(self) -> int:
        """SQLite: one relay at a time. No transaction is open while the log is waited for: it would stop writers."""
        with relay_lock(self._database.url.database) as ours:
            self._contended = not ours
            if not ours:
                return 0
            async with self._database.reading() as session:
                batch = await waiting(session, BATCH, held=self._held)
            taken = await self._append(batch)
            if not taken:
                return 0
            async with self._database.writing() as session:
                return await self._moved(session, batch, taken)

    async def _append(self, batch: Sequence[Waiting]) -> Collection[str]:
        """Append what waits; the ids of what is in the log then."""
        if not batch:
            return ()
        for item in batch:
            # Before any consumer hears of it, so that none can open what it has not read yet.
            if item.event.erases is not None and self._database.person_keys is not None:
                await self._database.person_keys.erase(item.event.erases)
        refused = await self._events.append([item.event for item in batch])
        for item in batch:
            if item.event.id in refused:
                log.error("the log refuses event %s: %s", item.event.id, refused[item.event.id])
                self._counters.refused += 1
                self._held.add(item.event.subject)
                self._held_until = time.monotonic() + HELD_SECONDS
        return {item.event.id for item in batch} - refused.keys()

    async def _moved(self, session: AsyncSession, batch: Sequence[Waiting], taken: Collection[str]) -> int:
        positions = [item.position for item in batch if item.event.id in taken]
        if positions:
            await mark_published(session, positions, self._clock())
        return len(positions)

    async def _tidy(self) -> None:
        if time.monotonic() - self._tidied < TIDY_SECONDS:
            return
        self._tidied = time.monotonic()
        try:
            async with self._database.writing() as session:
                await forget_published(session, self._clock() - RETENTION)
        except Exception:
            log.exception("published events could not be tidied away")
