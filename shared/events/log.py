"""The event log as the rest of the code sees it, whatever lies behind it; chosen once, from a URL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.config import ConfigError
from shared.events.envelope import Event


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event as the log hands it to one consumer. `position` is the log's own."""

    position: int
    event: Event


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that one consumer could not handle, with its last error."""

    consumer: str
    event: Event
    error: str
    attempts: int


class EventLog(Protocol):
    """A durable log of events. Events of one subject keep their order; each is delivered at least once per consumer."""

    async def append(self, events: Sequence[Event]) -> None:
        """Append the events, durably, in their order; those already there are left as they are."""
        ...

    async def read(self, consumer: str, types: Collection[str], *, limit: int, wait: float) -> list[Delivery]:
        """What comes next for this consumer, waiting up to `wait` seconds for it; empty where nothing came.

        `types` are the event types wanted; empty: all.
        """
        ...

    async def commit(self, consumer: str, delivery: Delivery) -> None:
        """All up to this delivery is done with, for this consumer."""
        ...

    async def bury(self, letter: DeadLetter) -> None:
        """Keep an event that cannot be handled, so that a person can look at it and replay it."""
        ...

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        """What was buried and not replayed since."""
        ...

    async def replay(self, consumer: str, event_id: str) -> bool:
        """Deliver a buried event to its consumer again; False where none is buried."""
        ...

    async def rewind(self, consumer: str) -> None:
        """Deliver everything to this consumer again, from the start."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


async def open_event_log(url: str) -> EventLog:
    """The event log at the URL. Raises ConfigError."""
    scheme, _, rest = url.partition(":")
    if scheme == "embedded" and rest:
        from shared.events.embedded import EmbeddedLog

        return await EmbeddedLog.open(rest)
    raise ConfigError(f"not the URL of an event log: {url!r}; take embedded:FILE")
