"""The topics on Kafka: which events go where, by which key, over how many partitions, kept for how long.

One topic holds all that is told of one kind of aggregate, whoever tells it. The key is the aggregate's id, so one
aggregate's events are in one partition, in their order. Topics by publisher would scatter them: `users` tells of users,
but `media` of their pictures.

`hanse events setup` makes what is declared here. To give a kind a topic of its own, add a line and run it again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

MAX_EVENT_BYTES = 900_000  # an envelope; `emit` refuses what is larger
MAX_MESSAGE_BYTES = 1_048_576  # with what Kafka and a dead letter add
REPLICAS = 3  # or as many as there are brokers
IN_SYNC = 2  # copies that an event must be in before it counts as written; one fewer than there are, at most


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; on Kafka its name has the prefix of the URL, `hanse.` unless told otherwise.

    `kinds` are the first parts of the event types in it: `user` stands for `user.registered` and its like. `retention`
    None keeps messages for ever; `compacted` keeps the last of each key.
    """

    name: str
    kinds: tuple[str, ...] = ()
    partitions: int = 6
    retention: timedelta | None = None
    compacted: bool = False


# Kept for ever, because statistics and the audit trail can be built again from the start of the log.
TOPICS: tuple[Topic, ...] = (
    Topic("users", ("user", "sign_in", "api_key")),
    Topic("products", ("product",)),
    Topic("tasks", ("task",)),
    Topic("transactions", ("transaction",)),
    Topic("media", ("media",)),
    Topic("mail", ("mail",)),
)
# Kinds that have no topic of their own: a new subgraph's events go here until it is given one.
OTHERS = Topic("others")
# What a consumer gave up, by consumer and event: the last word on each is kept until it is replayed.
DEAD_LETTERS = Topic("dead-letters", partitions=1, compacted=True)
# Dead letters on their way to their consumer again.
REPLAYS = Topic("replays", partitions=1, retention=timedelta(days=30))

ALL: tuple[Topic, ...] = (*TOPICS, OTHERS, DEAD_LETTERS, REPLAYS)

_by_kind = {kind: topic for topic in TOPICS for kind in topic.kinds}


def topic_of(event_type: str) -> Topic:
    """The topic that events of this type go to."""
    return _by_kind.get(event_type.partition(".")[0], OTHERS)


def topics_of(event_types: Collection[str]) -> tuple[Topic, ...]:
    """The topics in which events of these types are; of all events where none is given."""
    if not event_types:
        return (*TOPICS, OTHERS)
    wanted = {topic_of(event_type) for event_type in event_types}
    return tuple(topic for topic in (*TOPICS, OTHERS) if topic in wanted)
