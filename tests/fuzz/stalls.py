"""A probe that reports each stall of the event loop when it ends, with what the process did meanwhile."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from tests.hostile.probe import MAX_STALL_SECONDS, Probe

_LOOK_SECONDS = 0.01
_LATE_SECONDS = 0.03  # after so long without a tick, stacks are kept
_FRAMES = 25
_IDLE = ("_worker", "_connection_worker_thread")  # functions in which threads of pools and of aiosqlite wait


@dataclass
class Stall:
    """A stall above the limit. Times in milliseconds."""

    milliseconds: float  # of processor time
    own: float
    others: float
    waited: float
    passed: float
    collections: list[tuple[int, float]] = field(default_factory=list)  # of garbage: generation, and how long
    stacks: dict[str, list[str]] = field(default_factory=dict)  # by thread, as seen during the stall, innermost first
    in_flight: list[str] = field(default_factory=list)


class WatchingProbe(Probe):
    """A probe that reports each stall above the limit when it has ended."""

    def __init__(self, stalled: Callable[[Stall], None]) -> None:
        super().__init__()
        self._stalled = stalled
        self._ticked = time.perf_counter()
        self._stacks: dict[str, list[str]] = {}
        self._collections: list[tuple[int, float]] = []
        self._collecting_since = 0.0
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start to tick, and to watch."""
        self._stopped.clear()
        gc.callbacks.append(self._collected)
        super().start()
        self._ticked = time.perf_counter()
        threading.Thread(target=self._watch, name="watch stalls", daemon=True).start()

    def stop(self) -> None:
        """Count what passed since the last tick, and stop."""
        super().stop()
        self._stopped.set()
        gc.callbacks.remove(self._collected)

    def _note(self) -> None:
        last, before, self.longest = self._last, self.longest, 0.0
        super()._note()
        if self.longest > MAX_STALL_SECONDS:
            own, others, waited, passed = (
                round((now - then) * 1000, 1) for then, now in zip(last, self._last, strict=True)
            )
            stall = Stall(round(self.longest * 1000, 1), own, others, waited, passed)
            stall.collections, stall.stacks = self._collections[:], self._stacks
            self._stalled(stall)
        self.longest = max(before, self.longest)
        self._stacks = {}
        self._collections.clear()
        self._ticked = time.perf_counter()

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._collecting_since = time.perf_counter()
        else:
            took = (time.perf_counter() - self._collecting_since) * 1000
            self._collections.append((info["generation"], round(took, 1)))

    def _watch(self) -> None:
        """Keep the stacks of all threads when a tick is late."""
        while not self._stopped.wait(_LOOK_SECONDS):
            if time.perf_counter() - self._ticked > _LATE_SECONDS and not self._stacks:
                self._stacks = self._seen()

    @staticmethod
    def _seen() -> dict[str, list[str]]:
        """The stacks of the threads that work, the main one first."""
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        return {
            names.get(ident, str(ident)): [
                f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
                for frame, line in islice(traceback.walk_stack(stack), _FRAMES)
            ]
            for ident, stack in sorted(sys._current_frames().items(), key=lambda one: names.get(one[0]) != "MainThread")
            if ident != threading.get_ident() and stack.f_code.co_name not in _IDLE
        }
