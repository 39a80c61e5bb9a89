"""Orphan candidates: objects that may belong to no row, or that the store could not delete."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.storage.protocol import ObjectStore, StoreUnavailable

log = logging.getLogger(__name__)
MIN_AGE = timedelta(minutes=2)  # by then, a commit whose connection broke has ended on the server, too
MAX_ORPHANS = 10_000


@dataclass(frozen=True, slots=True)
class Orphan:
    """Objects of a file that may be orphaned."""

    media_id: str
    keys: tuple[str, ...]
    since: datetime


class Orphans:
    """Objects that the sweeper checks and deletes. Kept in memory, so lost when the process ends."""

    def __init__(self, store: ObjectStore, *, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock
        self._pending: deque[Orphan] = deque(maxlen=MAX_ORPHANS)

    def add(self, media_id: str, keys: Sequence[str]) -> None:
        """Remember objects that may be orphaned."""
        self._pending.append(Orphan(media_id, tuple(keys), self._clock()))

    async def remove(self, media_id: str, keys: Sequence[str]) -> None:
        """Delete objects; they are retried later if the store is unavailable."""
        try:
            for key in keys:
                await self._store.delete(key)
        except (StoreUnavailable, OSError) as error:
            log.warning("cannot delete objects, retrying later: %s", error)
            self.add(media_id, keys)

    def due(self) -> list[Orphan]:
        """Those that are old enough to be checked."""
        return [orphan for orphan in self._pending if orphan.since + MIN_AGE <= self._clock()]

    def discard(self, orphan: Orphan) -> None:
        """Remove an entry that was checked."""
        self._pending.remove(orphan)
