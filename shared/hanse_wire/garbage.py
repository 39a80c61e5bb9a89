"""When cyclic garbage is collected. Collecting stops the event loop for as long as there are objects to inspect.

Most objects are freed by their reference counts. What a request leaves in cycles comes from parsing and validating new
documents, and from errors; an evicted plan is a cycle too, since its generated classes are.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sized

ROUTER_THRESHOLD = 100_000
"""New objects after which a router collects. Responses in flight are trees of thousands of objects that are freed
together: inspecting those takes a seventh of the time of `make bench`'s case "1,000 entities" with 50,000, and nothing
that can be measured with this many."""
THRESHOLD = 20_000
"""The same for servers of subgraphs, whose requests leave a hundred objects in cycles each."""
AFTER_DOCUMENT = 5_000
FULL_AFTER = 20  # collections of the middle generation
CHECK_SECONDS = 5.0
_OVERDUE_SECONDS = 600.0
_NEVER = 1_000_000_000


def start_collecting() -> None:
    """Exclude the objects of start-up from collections, and let only new objects be collected automatically."""
    gc.collect()
    gc.freeze()
    collect_after(THRESHOLD)


def collect_after(threshold: int) -> None:
    """Let new objects be collected when there are so many more than at the last collection."""
    gc.set_threshold(threshold, 2, _NEVER)


def collect_young() -> None:
    """Collect what a new document has left. Call it after parsing and validating one."""
    new, young, _ = gc.get_count()
    if new > AFTER_DOCUMENT:
        gc.collect(1 if young > 1 else 0)  # or the survivors of many documents would be inspected together


async def collect_when_idle(in_flight: Sized, *, interval: float = CHECK_SECONDS) -> None:
    """Collect old objects too while no request is in flight, or if they were not collected for ten minutes.

    It looks every `interval` seconds.
    """
    last = time.monotonic()
    while True:
        await asyncio.sleep(interval)
        if gc.get_count()[2] >= FULL_AFTER and (not in_flight or time.monotonic() - last > _OVERDUE_SECONDS):
            gc.collect()
            last = time.monotonic()
