"""Exponential backoff with jitter, for everything that retries."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_MAX_EXPONENT = 64  # beyond it a float could overflow


@dataclass(frozen=True, slots=True)
class Backoff:
    """The delays between attempts, in seconds: `first`, then `factor` times the one before, up to `maximum`.

    Each delay is shortened by a random share of up to `jitter` (0 to 1), so that clients that failed together do not
    retry together.
    """

    first: float
    maximum: float
    factor: float = 2.0
    jitter: float = 0.5

    def delay(self, failures: int, chance: Callable[[], float] = random.random) -> float:
        """The delay after so many failures in a row (from 1). `chance` returns a number from 0 to 1."""
        exponent = min(failures - 1, _MAX_EXPONENT)
        delay = min(self.first * self.factor**exponent, self.maximum)
        return delay * (1 - self.jitter * chance())

    def delays(self) -> Iterator[float]:
        """The delays after the first failure, the second, and so on. Endless."""
        return map(self.delay, itertools.count(1))
