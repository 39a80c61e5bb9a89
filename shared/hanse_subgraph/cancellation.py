"""Work that a cancellation does not interrupt."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

_unfinished: set[asyncio.Task[Any]] = set()  # the event loop alone does not keep tasks alive


async def run_to_completion(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that runs to its end even if the one who waits is cancelled."""
    task = asyncio.ensure_future(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    await asyncio.shield(task)
