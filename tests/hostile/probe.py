"""The stall probe: the longest time that the event loop of a test was busy with one thing."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MAX_STALL_SECONDS = 0.05  # of processor time
_TICK_SECONDS = 0.001


class Probe:
    """Ticks on the running event loop and keeps the longest stall, in seconds of this process's processor time.

    Processor time of the whole process, and not of the loop's thread: a thread that holds the interpreter lock stops
    the loop too. A thread that gives the lock up lets the loop tick, so that its work does not count. Other processes
    of a busy machine do not count either, nor does what other threads do while the loop's thread has no core.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = (0.0, 0.0, 0.0, 0.0)
        self._timer: asyncio.TimerHandle | None = None
        self._waits = WaitsForCore()

    def start(self) -> None:
        """Start to tick."""
        self._last = self._times()
        self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def stop(self) -> None:
        """Count what passed since the last tick, and stop."""
        self._note()
        if self._timer is not None:
            self._timer.cancel()
        self._waits.close()

    def _tick(self) -> None:
        self._note()
        self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def _note(self) -> None:
        now = self._times()
        own, others, waited, passed = (after - before for before, after in zip(self._last, now, strict=True))
        blocked = max(0.0, passed - own - waited)  # it slept, or another thread had the interpreter lock
        self.longest = max(self.longest, own + min(others, blocked))
        self._last = now

    def _times(self) -> tuple[float, float, float, float]:
        """Processor time of the loop's thread and of all others, how long the first had no core, and time itself."""
        own = time.thread_time()
        return own, time.process_time() - own, self._waits.seconds(), time.perf_counter()


class WaitsForCore:
    """How long this thread could have run, but had no core: /proc/<pid>/task/<tid>/schedstat. 0 where there is none."""

    def __init__(self) -> None:
        try:
            self._file: int | None = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        except OSError:
            self._file = None

    def seconds(self) -> float:
        """In total so far."""
        if self._file is None:
            return 0.0
        return int(os.pread(self._file, 100, 0).split()[1]) / 1e9

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


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
