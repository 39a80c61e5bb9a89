"""The event handlers of the analytics subgraph: it counts every event."""

from __future__ import annotations

from hanse_subgraph.events.consumer import EVERY, BatchHandler, Handlers
from subgraphs.analytics.service import count

HANDLERS: Handlers = {EVERY: BatchHandler(count)}
