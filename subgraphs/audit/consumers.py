"""The events that the audit subgraph handles: all of them."""

from __future__ import annotations

from shared.events.consumer import EVERY, Handler
from subgraphs.audit.service import record

HANDLERS: dict[str, Handler] = {EVERY: record}
