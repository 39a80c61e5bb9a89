"""Work on large replies runs in worker threads, so that the event loop answers others meanwhile.

Threads share one interpreter lock. The loop gets it within 5 ms, unless a single call into a library takes longer:
therefore a large reply is decoded in parts.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Result = TypeVar("Result")

HEAVY_BYTES: Final = 256_000
"""The size of the replies of one execution, together, from which on their processing takes milliseconds."""

_threads = ThreadPoolExecutor(2, "hanse-heavy-reply")


def in_worker(work: Callable[[], Result]) -> asyncio.Future[Result]:
    """Start work in a worker thread, with the caller's context variables."""
    return asyncio.get_running_loop().run_in_executor(_threads, contextvars.copy_context().run, work)
