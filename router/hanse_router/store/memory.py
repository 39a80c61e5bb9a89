"""The store of a single router, in its memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from hanse_router.store.protocol import BucketStore, Cache, Charge, Refusal
from hanse_wire.lru_cache import LruCache

MAX_ENTRIES = 1_000_000  # in practice the cache is bounded by its bytes


class MemoryBuckets:
    """Buckets of this process. Above `size` buckets, the least recently used are deleted."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # by key: level, time of that level

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        now = self._clock()  # nothing is awaited below: that makes it atomic
        left: dict[str, float] = {}
        for index, charge in enumerate(charges):
            level = left.get(charge.key)
            if level is None:
                level = self._level(charge, now)
            if charge.cost > level:
                missing = charge.cost - level
                rate = charge.capacity / charge.seconds
                return Refusal(index, min(missing / rate if rate else charge.seconds, charge.seconds))
            left[charge.key] = level - charge.cost
        for key, level in left.items():
            self._levels[key] = (level, now)
            self._levels.move_to_end(key)
        while len(self._levels) > self._size:
            self._levels.popitem(last=False)
        return None

    def _level(self, charge: Charge, now: float) -> float:
        known = self._levels.get(charge.key)
        if known is None:
            return charge.capacity
        level, when = known
        return min(charge.capacity, level + (now - when) * charge.capacity / charge.seconds)


class MemoryCache:
    """Values of this process, up to `bytes_` in total; the least recently used are deleted first."""

    def __init__(self, bytes_: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._bytes = bytes_
        self._clock = clock
        self._entries: LruCache[str, tuple[bytes, float]] = LruCache(
            MAX_ENTRIES, weigh=lambda key, entry: len(key) + len(entry[0]), max_weight=bytes_
        )

    async def get(self, key: str) -> bytes | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        value, until = entry
        if self._clock() >= until:
            self._entries.drop(key)
            return None
        return value

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        if len(key) + len(value) <= self._bytes:  # a larger one would displace all others, and then itself
            self._entries.put(key, (value, self._clock() + seconds))


class MemoryStore:
    """Buckets and cache in the memory of this process."""

    def __init__(self, *, buckets: int, cache_bytes: int) -> None:
        """The maximum number of buckets, and of bytes in the cache."""
        self.buckets: BucketStore = MemoryBuckets(buckets)
        self.cache: Cache = MemoryCache(cache_bytes)

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass
