"""Removes the objects of what was deleted, of what was announced and never completed, and those that went astray."""

from __future__ import annotations

import asyncio
import logging

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.storage.protocol import ObjectStore
from hanse_subgraph.timeouts import set_within
from subgraphs.media import repository
from subgraphs.media.strays import Strays

log = logging.getLogger(__name__)
AT_ONCE = 100


class Sweeper:
    """Runs beside the requests. A row goes after its objects, so that a crash between leaves nothing behind."""

    def __init__(
        self, database: Database, store: ObjectStore, strays: Strays, *, seconds: float, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._store = store
        self._strays = strays
        self._seconds = seconds
        self._clock = clock
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Sweep now and again until stopped."""
        while not self._stopped.is_set():
            try:
                while await self.sweep() == AT_ONCE and not self._stopped.is_set():
                    pass
                await self.look_for_strays()
            except Exception:
                log.exception("sweeping failed; it is tried again")
            await set_within(self._stopped, self._seconds)

    def stop(self) -> None:
        """Let `run` end soon."""
        self._stopped.set()

    async def sweep(self) -> int:
        """Remove some of what is to go; how many files it was."""
        async with self._database.writing() as session:
            await repository.expire_announced(session, self._clock())
        async with self._database.reading() as session:
            rows = await repository.deleted_media(session, AT_ONCE)
        for row in rows:
            for key in filter(None, (row.object_key, row.thumbnail_key, row.incoming_key)):
                await self._store.delete(key)
        if rows:
            async with self._database.writing() as session:
                await repository.remove(session, [row.id for row in rows])
        return len(rows)

    async def look_for_strays(self) -> None:
        """Remove what no row has come to need meanwhile."""
        ripe = self._strays.ripe()
        if not ripe:
            return
        async with self._database.reading() as session:
            needed = await repository.keys_of(session, {stray.media_id for stray in ripe})
        for stray in ripe:
            owned = needed.get(stray.media_id, set())
            self._strays.forget(stray)
            await self._strays.remove(stray.media_id, [key for key in stray.keys if key not in owned])
