"""The protocol of event logs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hanse_subgraph.clock import utc_now
from hanse_subgraph.events.envelope import Event, Malformed


class LogUnavailable(Exception):
    """The log cannot be reached now, or does not answer in time. The message is one line."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event, or bytes that are none, as the log hands them to one consumer. `position` is the log's own."""

    position: object
    event: Event | Malformed


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that one consumer could not handle, with its last error."""

    consumer: str
    event: Event | Malformed
    error: str
    attempts: int
    buried_at: datetime = field(default_factory=utc_now)


class Subscription(Protocol):
    """One reader among those who share a consumer's work."""

    async def read(self, *, limit: int, wait: float) -> list[Delivery]:
        """What comes next and is not committed, waiting up to `wait` seconds for it; empty where nothing came.

        Events of one subject come in their order, and never to two readers of a consumer at a time, unless one of them
        was taken for dead. Raises LogUnavailable.
        """
        ...

    async def commit(self, done: Sequence[Delivery]) -> None:
        """These, which came first among what was read, are done with for this consumer. Raises LogUnavailable.

        Where others have taken over meanwhile, nothing happens: they are handed the same again.
        """
        ...

    async def stay(self) -> None:
        """Still at work on what was read: give it to nobody else."""
        ...

    async def close(self) -> None:
        """Leave; what was not committed goes to the others, or comes at the next start."""
        ...


class EventLog(Protocol):
    """A durable log of events. Events of one subject keep their order; each is delivered at least once per consumer."""

    async def append(self, events: Sequence[Event]) -> Mapping[str, str]:
        """Append the events, durably, in their order. Raises LogUnavailable; then any of them may be there.

        Answers those that the log will not take, by id, with the reason, and those that would come after one of them.
        """
        ...

    def subscribe(self, consumer: str, types: Collection[str]) -> Subscription:
        """A reader for this consumer. `types` are the event types wanted; empty: all."""
        ...

    def history(self, event_type: str) -> AsyncIterator[Event]:
        """All events of one type that are in the log, in their order, whoever has read them. Raises LogUnavailable."""
        ...

    async def bury(self, letter: DeadLetter) -> None:
        """Keep an event that cannot be handled, for a person to look at and replay. Raises LogUnavailable."""
        ...

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        """The dead letters that were not replayed, oldest first."""
        ...

    async def replay(self, consumer: str, event_id: str) -> bool:
        """Deliver a dead letter to its consumer again; False if there is none."""
        ...

    async def rewind(self, consumer: str, types: Collection[str] = ()) -> None:
        """Deliver everything to this consumer again, from the start. Raises SettingsError where it runs elsewhere."""
        ...

    async def lag(self, consumer: str, types: Collection[str] = ()) -> Mapping[str, int]:
        """How many events the consumer has not committed, by the name of the part of the log that they are in."""
        ...

    async def close(self) -> None:
        """Close its connections and subscriptions."""
        ...
