"""Deletes failed sign-ins that no longer count."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.timeouts import set_within
from subgraphs.users import repository

log = logging.getLogger(__name__)
SECONDS = 600.0


class Sweeper:
    """A background task."""

    def __init__(self, database: Database, window: timedelta, *, clock: Clock = utc_now) -> None:
        """`window` is the time after which failures are forgotten."""
        self._database = database
        self._window = window
        self._clock = clock
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Sweep periodically until stopped."""
        while not self._stopped.is_set():
            try:
                await self.sweep()
            except Exception:
                log.exception("sweeping failed; retrying in %g s", SECONDS)
            await set_within(self._stopped, SECONDS)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopped.set()

    async def sweep(self) -> None:
        """Delete what no longer counts."""
        async with self._database.writing() as session:
            await repository.expire_failures(session, self._clock() - self._window)
