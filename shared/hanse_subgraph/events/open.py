"""Choose the event log by its URL."""

from __future__ import annotations

from hanse_subgraph.events.log import EventLog
from hanse_subgraph.events.topics import NO_TOPICS, Topics
from hanse_wire.settings import SettingsError


async def open_event_log(url: str, topics: Topics = NO_TOPICS) -> EventLog:
    """Open the event log at the URL. On Kafka it uses `topics`. Raises SettingsError."""
    scheme, _, rest = url.partition(":")
    if scheme == "embedded" and rest:
        from hanse_subgraph.events.embedded import EmbeddedLog

        return await EmbeddedLog.open(rest)
    if scheme == "kafka" and rest:
        from hanse_subgraph.events.kafka import KafkaLog

        return await KafkaLog.open(url, topics)
    raise SettingsError(f"not the URL of an event log: {url!r}; take embedded:FILE or kafka://HOST:PORT")
