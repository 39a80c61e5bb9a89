"""The events that the audit subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData


class AuditAnchored(EventData, frozen=True, kw_only=True):
    """The head of the audit chain, for comparison. `mac` proves that it was published by the holder of the key."""

    source: ClassVar[str] = "audit"
    event_type: ClassVar[str] = "audit.anchored"

    position: int
    hash: str
    mac: str


PUBLISHED: tuple[type[EventData], ...] = (AuditAnchored,)
