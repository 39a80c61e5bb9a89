"""The event handlers of the audit subgraph: it records every event."""

from __future__ import annotations

from hanse_subgraph.events.consumer import EVERY, BatchHandler, Handlers
from subgraphs.audit.service import record

HANDLERS: Handlers = {EVERY: BatchHandler(record)}
