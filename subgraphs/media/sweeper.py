"""Deletes the objects of deleted files, expired announced files, and orphaned objects."""

from __future__ import annotations

import asyncio
import logging

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.storage.protocol import ObjectStore
from hanse_subgraph.timeouts import set_within
from subgraphs.media import repository
from subgraphs.media.orphans import Orphans

log = logging.getLogger(__name__)
BATCH = 100


class Sweeper:
    """A background task. A row is deleted after its objects, so that a crash in between leaves no objects."""

    def __init__(
        self, database: Database, store: ObjectStore, orphans: Orphans, *, seconds: float, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._store = store
        self._orphans = orphans
        self._seconds = seconds
        self._clock = clock
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Sweep periodically until stopped."""
        while not self._stopped.is_set():
            try:
                while await self.sweep() == BATCH and not self._stopped.is_set():
                    pass
                await self.delete_orphans()
            except Exception:
                log.exception("sweeping failed; retrying in %g s", self._seconds)
            await set_within(self._stopped, self._seconds)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopped.set()

    async def sweep(self) -> int:
        """Delete one batch; returns the number of files."""
        async with self._database.writing() as session:
            await repository.expire_announced(session, self._clock())
        async with self._database.reading() as session:
            rows = await repository.deleted_media(session, BATCH)
        for row in rows:
            for key in filter(None, (row.object_key, row.thumbnail_key, row.incoming_key)):
                await self._store.delete(key)
        if rows:
            async with self._database.writing() as session:
                await repository.delete_rows(session, [row.id for row in rows])
        return len(rows)

    async def delete_orphans(self) -> None:
        """Delete the orphan candidates that no row needs."""
        due = self._orphans.due()
        if not due:
            return
        async with self._database.reading() as session:
            needed = await repository.keys_of(session, {orphan.media_id for orphan in due})
        for orphan in due:
            owned = needed.get(orphan.media_id, set())
            self._orphans.discard(orphan)
            await self._orphans.remove(orphan.media_id, [key for key in orphan.keys if key not in owned])
