"""The events that the analytics subgraph handles: all of them."""

from __future__ import annotations

from shared.events.consumer import EVERY, Handler
from subgraphs.analytics.service import count

HANDLERS: dict[str, Handler] = {EVERY: count}
