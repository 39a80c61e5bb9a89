"""The relay: moves events from the outbox to the event log.

It may die anywhere: an event is marked only after the log has it, and the log (or each consumer's inbox) knows events
by their id, so that one which is sent again counts once.
"""

from __future__ import annotations

import asyncio
import logging

from shared.clock import Clock, utc_now
from shared.db import Database
from shared.events.log import EventLog
from shared.events.outbox import RETENTION, forget_published, mark_published, waiting
from shared.waiting import within

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 1.0  # commits of this process wake the relay; this is for those of others
LONGEST_PAUSE = 10.0  # after failures


class Relay:
    """The relay of one database."""

    def __init__(self, database: Database, events: EventLog, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._wanted = asyncio.Event()
        self._stopping = asyncio.Event()

    def wake(self) -> None:
        """Something was committed."""
        self._wanted.set()

    def stop(self) -> None:
        """Let `run` end, with what it is about done: cancelling would tear a statement in two."""
        self._stopping.set()
        self._wanted.set()

    async def run(self) -> None:
        """Move events until stopped; failures are logged and tried again."""
        pause = 0.1
        await self._tidy()
        while not self._stopping.is_set():
            self._wanted.clear()
            try:
                while await self.move():
                    pass
                pause = 0.1
                if not self._stopping.is_set():
                    await within(self._wanted, IDLE_SECONDS)
            except Exception:
                log.exception("the relay failed; it tries again in %.1f s", pause)
                await within(self._stopping, pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def move(self) -> int:
        """Move one batch; how many were moved."""
        async with self._database.reading() as session:
            batch = await waiting(session, BATCH)
        if not batch:
            return 0
        await self._events.append([item.event for item in batch])
        async with self._database.writing() as session:
            await mark_published(session, [item.position for item in batch], self._clock())
        return len(batch)

    async def _tidy(self) -> None:
        try:
            async with self._database.writing() as session:
                await forget_published(session, self._clock() - RETENTION)
        except Exception:
            log.exception("published events could not be tidied away")
