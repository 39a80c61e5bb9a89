"""Waiting: with a limit, and to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

_unfinished: set[asyncio.Task[Any]] = set()  # the event loop alone does not keep tasks alive


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that runs to its end even if the one who waits is cancelled."""
    task = asyncio.ensure_future(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    await asyncio.shield(task)


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event was set within so many seconds.

    Not `asyncio.wait_for`, which before Python 3.12 loses a cancellation that comes together with the event.
    """
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
