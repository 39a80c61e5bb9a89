"""The event handlers of the audit subgraph: it records every event."""

from __future__ import annotations

from hanse_subgraph.events.consumer import EVERY, BatchHandler, Handlers
from subgraphs.audit.service import Trail


def handlers(trail: Trail) -> Handlers:
    """The handler of all events."""
    return {EVERY: BatchHandler(trail.record)}
