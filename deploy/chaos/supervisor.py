"""Starts again whatever has ended, each part by itself, as a process supervisor does."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from deploy.servers.base import ServerFailed, ServerProcess

POLL_SECONDS = 0.1
AWAY_SECONDS = (0.0, 3.0)  # what would not start is tried again after as long


class Supervisor:
    """Keeps parts running, killed or ended by themselves; several may be away at once."""

    def __init__(
        self, processes: Mapping[str, ServerProcess], seed: int, *, away: tuple[float, float] = AWAY_SECONDS
    ) -> None:
        """`away` is how long a part stays away, at least and at most, until it is started."""
        self._processes = processes
        self._away = away
        self._random = random.Random(f"{seed} away")
        self._held = {name: asyncio.Lock() for name in processes}  # while a part is started or killed
        self._killed: set[str] = set()
        self._failures: dict[str, str] = {}  # why the last start failed, of those that do not run
        self.ended: Counter[str] = Counter()  # by themselves: because of what they stand on, or of themselves

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Supervise until the block ends; what is being started then is waited for."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for name in self._processes:
                group.create_task(self._supervise(name, over))
            try:
                yield
            finally:
                over.set()

    async def kill(self, name: str) -> None:
        """Kill a part that runs; one that is being started is waited for."""
        while True:
            async with self._held[name]:
                if self._processes[name].alive:
                    self._killed.add(name)
                    await asyncio.to_thread(self._processes[name].kill)
                    return
            await asyncio.sleep(POLL_SECONDS)

    async def settle(self, seconds: float) -> dict[str, str]:
        """Until everything runs; what does not after so many seconds, by name, with the reason."""
        deadline = time.monotonic() + seconds
        while True:
            away = [name for name, process in self._processes.items() if self._held[name].locked() or not process.alive]
            if not away or time.monotonic() > deadline:
                return {name: self._failures.get(name, "it is being started still") for name in away}
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
        await asyncio.sleep(self._random.uniform(*self._away))
        try:
            await asyncio.to_thread(self._processes[name].start)
            self._failures.pop(name, None)
        except ServerFailed as failed:
            self._failures[name] = str(failed)
