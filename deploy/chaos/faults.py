"""Killing one part after the other, at random by a seed, and starting it again a little later."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping

from deploy.servers.base import ServerFailed, ServerProcess

BETWEEN_SECONDS = (0.5, 2.0)
AWAY_SECONDS = (0.0, 3.0)


class Faults:
    """Kills by turns: each round takes every part once, in an order of its own."""

    def __init__(self, processes: Mapping[str, ServerProcess], seed: int) -> None:
        self._processes = processes
        self._random = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()  # which ended by themselves, and were started again
        self.stuck: list[str] = []  # what would not start again

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until told to stop; everything runs then."""
        while not stopping.is_set():
            for name in self._random.sample(list(self._processes), len(self._processes)):
                await asyncio.sleep(self._random.uniform(*BETWEEN_SECONDS))
                if stopping.is_set():
                    break
                await self._kill(name)
                await self.mend()
        await self.mend()

    async def mend(self) -> None:
        """Start what has ended by itself, as a supervisor does."""
        for name, process in self._processes.items():
            if not process.alive:
                self.ended[name] += 1
                await self._start(name)

    async def _kill(self, name: str) -> None:
        process = self._processes[name]
        await asyncio.to_thread(process.kill)
        self.kills[name] += 1
        await asyncio.sleep(self._random.uniform(*AWAY_SECONDS))
        await self._start(name)

    async def _start(self, name: str) -> None:
        try:
            await asyncio.to_thread(self._processes[name].start)
        except ServerFailed as failed:
            self.stuck.append(str(failed))
