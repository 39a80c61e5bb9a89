"""Restarts each part that has ended, as a process supervisor does."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from deploy.servers.base import ServerFailed, ServerProcess

POLL_SECONDS = 0.1
RESTART_SECONDS = (0.0, 3.0)  # also the delay after a failed start


class Supervisor:
    """Keeps parts running after kills and crashes; several can be down at the same time."""

    def __init__(
        self, processes: Mapping[str, ServerProcess], seed: int, *, delay: tuple[float, float] = RESTART_SECONDS
    ) -> None:
        """`delay` is the minimum and maximum time until a part is restarted, in seconds."""
        self._processes = processes
        self._delay = delay
        self._random = random.Random(f"{seed} delay")
        self._held = {name: asyncio.Lock() for name in processes}  # while a part is started or killed
        self._killed: set[str] = set()
        self._failures: dict[str, str] = {}  # errors of failed starts, by part
        self.ended: Counter[str] = Counter()  # crashes, without kills

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Supervise until the block ends, then wait for pending starts."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for name in self._processes:
                group.create_task(self._supervise(name, over))
            try:
                yield
            finally:
                over.set()

    async def kill(self, name: str) -> None:
        """Kill a running part; waits for one that is being started."""
        while True:
            async with self._held[name]:
                if self._processes[name].alive:
                    self._killed.add(name)
                    await asyncio.to_thread(self._processes[name].kill)
                    return
            await asyncio.sleep(POLL_SECONDS)

    async def settle(self, seconds: float) -> dict[str, str]:
        """Wait until everything runs; returns the parts that do not after the timeout, with their errors."""
        deadline = time.monotonic() + seconds
        while True:
            down = [name for name, process in self._processes.items() if self._held[name].locked() or not process.alive]
            if not down or time.monotonic() > deadline:
                return {name: self._failures.get(name, "still starting") for name in down}
            await asyncio.sleep(POLL_SECONDS)

    async def _supervise(self, name: str, over: asyncio.Event) -> None:
        while not over.is_set():
            if not self._processes[name].alive:
                async with self._held[name]:
                    await self._start(name)
            await asyncio.sleep(POLL_SECONDS)

    async def _start(self, name: str) -> None:
        if name in self._killed:
            self._killed.remove(name)
        else:
            self.ended[name] += 1
        await asyncio.sleep(self._random.uniform(*self._delay))
        try:
            await asyncio.to_thread(self._processes[name].start)
            self._failures.pop(name, None)
        except ServerFailed as failed:
            self._failures[name] = str(failed)
