"""The events that the analytics subgraph handles: all of them."""

from __future__ import annotations

from hanse_subgraph.events.consumer import EVERY, Handlers, Together
from subgraphs.analytics.service import count

HANDLERS: Handlers = {EVERY: Together(count)}
