"""When cyclic garbage is collected. Collecting stops the event loop for as long as there are objects to inspect.

Most objects are freed by their reference counts. What a request leaves in cycles comes from parsing and validating new
documents, and from errors; an evicted plan is a cycle too, since its generated classes are.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import time
from collections.abc import Sized
from pathlib import Path

ROUTER_THRESHOLD = 100_000
"""New objects after which a router collects. Responses in flight are trees of thousands of objects that are freed
together: inspecting those takes a seventh of the time of `make bench`'s case "1,000 entities" with 50,000, and nothing
that can be measured with this many."""
THRESHOLD = 5_000
"""The same for servers of subgraphs, whose requests leave a hundred objects in cycles each. Freeing a thousand of them
takes a millisecond, so that a collection stops the event loop for some milliseconds."""
AFTER_DOCUMENT = 2_000
FULL_AFTER = 100  # collections of the middle generation
CHECK_SECONDS = 5.0
_OVERDUE_SECONDS = 600.0
OVERDUE_BYTES = 128_000_000
"""Growth of the process after which old objects are collected although requests are in flight. A collection of new
objects makes old ones of what these requests will leave in cycles."""
_STATM = Path("/proc/self/statm")
_NEVER = 1_000_000_000


def start_collecting() -> None:
    """Exclude the objects of start-up from collections, and let only new objects be collected automatically."""
    gc.collect()
    gc.freeze()
    collect_after(THRESHOLD)


def collect_after(threshold: int) -> None:
    """Let new objects be collected when there are so many more than at the last collection."""
    gc.set_threshold(threshold, 1, _NEVER)


def collect_young() -> None:
    """Collect what a new document has left. Call it after parsing and validating one."""
    new, young, _ = gc.get_count()
    if new > AFTER_DOCUMENT:
        gc.collect(1 if young else 0)  # or the survivors of many documents would be inspected together


def resident_bytes() -> int:
    """The memory of this process that is in use; 0 where the system does not say."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def collect_old() -> None:
    """Collect all garbage, and return free memory to the system. Stops the process for some tenths of a second."""
    gc.collect()
    release_memory()


def release_memory() -> None:
    """Return what the C library holds free to the system. It has an arena for each thread, and each keeps its peak.

    Does nothing where the C library is not glibc.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return


async def collect_when_idle(
    in_flight: Sized, *, interval: float = CHECK_SECONDS, overdue_bytes: int = OVERDUE_BYTES
) -> None:
    """Collect old objects too while no request is in flight, and free memory; under load, when they are overdue.

    They are overdue if they were not collected for ten minutes, or if memory has grown by `overdue_bytes` since. It
    looks every `interval` seconds.
    """
    last, used = time.monotonic(), resident_bytes()
    while True:
        await asyncio.sleep(interval)
        if gc.get_count()[2] < FULL_AFTER:
            continue
        if not in_flight or time.monotonic() - last > _OVERDUE_SECONDS or resident_bytes() - used > overdue_bytes:
            collect_old()
            last, used = time.monotonic(), resident_bytes()
