"""Holds on one event log, whatever lies behind it, and what tests do with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from deploy.project import PROJECT
from hanse_subgraph.events.envelope import Event, Malformed
from hanse_subgraph.events.log import EventLog, Subscription
from hanse_subgraph.events.open import open_event_log

POISON = b'{"specversion": "1.0"'  # what `spoil` puts into the log
LONG = 20.0  # seconds for what must come; a group may wait for a reader that was taken for alive


class Logs:
    """Opens the log at one URL any number of times, and closes all of them.

    `patience` is how many seconds show that nothing comes. `spoil` puts bytes into the log that are no event.
    """

    def __init__(self, url: str, *, patience: float, spoil: Callable[[], Awaitable[None]]) -> None:
        self.url = url
        self.patience = patience
        self.spoil = spoil
        self._opened: list[EventLog] = []

    async def open(self, options: str = "") -> EventLog:
        """Another hold on the log; `options` are put behind its URL."""
        log = await open_event_log(self.url + options, PROJECT.platform().topics)
        self._opened.append(log)
        return log

    async def close(self, log: EventLog) -> None:
        """Give one hold back before the end."""
        self._opened.remove(log)
        await log.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for log in self._opened:
            await log.close()


async def come(reader: Subscription, count: int = 1, *, limit: int = 100) -> list[Event | Malformed]:
    """What comes next, all of it committed, until it is so much."""
    found: list[Event | Malformed] = []
    while len(found) < count:
        deliveries = await reader.read(limit=limit, wait=LONG)
        assert deliveries, f"{len(found)} events, not {count}"
        await reader.commit(deliveries)
        found += [delivery.event for delivery in deliveries]
    return found
