"""Objects that went astray: nobody knows yet whether a row needs them, or the store would not remove them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.storage.protocol import ObjectStore, StoreUnavailable

log = logging.getLogger(__name__)
UNTIL_KNOWN = timedelta(minutes=2)  # until a commit whose connection broke has ended on the server too
MOST = 10_000  # that are remembered


@dataclass(frozen=True, slots=True)
class Stray:
    """Objects of one file."""

    media_id: str
    keys: tuple[str, ...]
    since: datetime


class Strays:
    """What the sweeper is to ask the database about. It is lost with the process."""

    def __init__(self, store: ObjectStore, *, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock
        self._waiting: deque[Stray] = deque(maxlen=MOST)

    def note(self, media_id: str, keys: Sequence[str]) -> None:
        """These may be needed or not."""
        self._waiting.append(Stray(media_id, tuple(keys), self._clock()))

    async def remove(self, media_id: str, keys: Sequence[str]) -> None:
        """Remove what is not needed; noted where the store is away."""
        try:
            for key in keys:
                await self._store.delete(key)
        except (StoreUnavailable, OSError) as error:
            log.warning("objects are removed later: %s", error)
            self.note(media_id, keys)

    def ripe(self) -> list[Stray]:
        """Those that can be decided now."""
        return [stray for stray in self._waiting if stray.since + UNTIL_KNOWN <= self._clock()]

    def forget(self, stray: Stray) -> None:
        """It is decided."""
        self._waiting.remove(stray)
