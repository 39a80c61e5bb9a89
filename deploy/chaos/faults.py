"""The order and times of kills, by a seed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from deploy.chaos.supervisor import Supervisor

BETWEEN_SECONDS = (2.0, 6.0)


def schedule(kinds: Mapping[str, str], seed: int) -> Iterator[str]:
    """An endless sequence of parts to kill. `kinds` maps each part's name to its kind.

    Each round takes every part once: one of each kind first, so that a short run reaches all kinds, then the others.
    """
    chance = random.Random(seed)
    parts: dict[str, list[str]] = defaultdict(list)
    for name, kind in kinds.items():
        parts[kind].append(name)
    while True:
        first = [chance.choice(names) for names in parts.values()]
        others = [name for name in kinds if name not in first]
        yield from chance.sample(first, len(first))
        yield from chance.sample(others, len(others))


class Faults:
    """Kills one part after another, whether or not the previous ones have restarted."""

    def __init__(self, kinds: Mapping[str, str], seed: int, *, between: tuple[float, float] = BETWEEN_SECONDS) -> None:
        """`between` is the minimum and maximum delay before each kill, in seconds."""
        self._kinds = kinds
        self._between = between
        self._schedule = schedule(kinds, seed)
        self._random = random.Random(f"{seed} between")
        self.kills: Counter[str] = Counter()

    async def run(self, supervisor: Supervisor, stopping: asyncio.Event) -> None:
        """Run until `stopping` is set."""
        for name in self._schedule:
            await asyncio.sleep(self._random.uniform(*self._between))
            if stopping.is_set():
                return
            await supervisor.kill(name)
            self.kills[name] += 1

    @property
    def kills_by_kind(self) -> dict[str, int]:
        """The number of kills by kind of part, including zeros."""
        return {
            kind: sum(self.kills[name] for name, its in self._kinds.items() if its == kind)
            for kind in dict.fromkeys(self._kinds.values())
        }
