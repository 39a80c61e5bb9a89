"""The stall probe: the longest time that the event loop of a test was busy with one thing."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MAX_STALL_SECONDS = 0.05  # of processor time
_TICK_SECONDS = 0.001


class Probe:
    """Ticks on the running event loop and keeps the longest stall, in seconds of this process's processor time.

    Processor time of the whole process, and not of the loop's thread: a thread that holds the interpreter lock stops
    the loop too. A thread that gives the lock up lets the loop tick, so that its work does not count. Other processes
    of a busy machine do not count either.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start to tick."""
        self._last = time.process_time()
        self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def stop(self) -> None:
        """Count what passed since the last tick, and stop."""
        self._note()
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        self._note()
        self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def _note(self) -> None:
        now = time.process_time()
        self.longest = max(self.longest, now - self._last)
        self._last = now


@asynccontextmanager
async def probed() -> AsyncIterator[Probe]:
    """A running probe. Objects of other tests are set aside, so that collecting garbage does not look at them."""
    gc.collect()
    gc.freeze()
    probe = Probe()
    probe.start()
    try:
        yield probe
    finally:
        probe.stop()
        gc.unfreeze()


@asynccontextmanager
async def no_stall(seconds: float = MAX_STALL_SECONDS) -> AsyncIterator[Probe]:
    """Fail if the event loop stalls longer than `seconds` of processor time in the body."""
    async with probed() as probe:
        yield probe
    assert probe.longest <= seconds, f"the event loop stalled for {probe.longest * 1000:.0f} ms of processor time"
