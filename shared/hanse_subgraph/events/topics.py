"""Kafka topics: which events a topic holds, its number of partitions and its retention.

One topic holds all events about one kind of aggregate, whichever subgraph publishes them. The record key is the
aggregate's id, so the events of one aggregate are in one partition, in order. Each subgraph declares its topics in its
declaration; `hanse events setup` creates them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

MAX_EVENT_BYTES = 900_000  # of an envelope; `emit` raises for a larger one
MAX_MESSAGE_BYTES = 1_048_576  # includes what Kafka and a dead letter add
REPLICAS = 3  # or the number of brokers, if there are fewer
IN_SYNC = 2  # replicas that must have an event before it counts as written; at most one fewer than the replicas


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. On Kafka its name gets the prefix that the URL names; the default is `hanse.`.

    `kinds` are the first parts of the event types in it: `user` includes `user.registered`. With `retention` None,
    messages are kept forever; `compacted` keeps the last message of each key.
    """

    name: str
    kinds: tuple[str, ...] = ()
    partitions: int = 6
    retention: timedelta | None = None
    compacted: bool = False


# Holds the kinds of events for which no topic is declared.
OTHERS = Topic("others")
# Events that a consumer gave up, keyed by consumer and event. The last message of a key stays until it is replayed.
DEAD_LETTERS = Topic("dead-letters", partitions=1, compacted=True)
# Dead letters on their way back to their consumer.
REPLAYS = Topic("replays", partitions=1, retention=timedelta(days=30))


@dataclass(frozen=True)
class Topics:
    """The topics of one project: those that its subgraphs declare, and the ones that every project has."""

    declared: tuple[Topic, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError when two topics have the same name, or the same kind of events."""
        for what, values in (
            ("topic", [topic.name for topic in self.all]),
            ("kind of events", [kind for topic in self.declared for kind in topic.kinds]),
        ):
            if duplicates := {value for value in values if values.count(value) > 1}:
                raise ValueError(f"the {what} {min(duplicates)!r} is declared twice")

    @property
    def all(self) -> tuple[Topic, ...]:
        """Every topic."""
        return (*self.declared, OTHERS, DEAD_LETTERS, REPLAYS)

    def of(self, event_type: str) -> Topic:
        """The topic of the events of a type."""
        return self._by_kind.get(event_type.partition(".")[0], OTHERS)

    def of_types(self, event_types: Collection[str]) -> tuple[Topic, ...]:
        """The topics that hold events of these types. No types: the topics that hold events."""
        events = (*self.declared, OTHERS)
        if not event_types:
            return events
        wanted = {self.of(event_type) for event_type in event_types}
        return tuple(topic for topic in events if topic in wanted)

    @cached_property
    def _by_kind(self) -> dict[str, Topic]:
        return {kind: topic for topic in self.declared for kind in topic.kinds}


NO_TOPICS = Topics()
