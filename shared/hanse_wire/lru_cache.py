"""A bounded cache that drops the least recently used entry."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, ValuesView
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """At most `size` entries; with `weigh`, also at most `max_weight` in total. For one event loop: no locks.

    An entry above `max_entry_weight` (default: `max_weight`) is not kept, so that one entry never evicts all others.
    """

    __slots__ = ("_entries", "_max_entry_weight", "_max_weight", "_weigh", "_weight", "_weights", "size")

    def __init__(
        self,
        size: int,
        *,
        weigh: Callable[[K, V], int] | None = None,
        max_weight: int = 0,
        max_entry_weight: int | None = None,
    ) -> None:
        self.size = size
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._weigh = weigh
        self._max_weight = max_weight
        self._max_entry_weight = max_weight if max_entry_weight is None else max_entry_weight
        self._weights: dict[K, int] = {}
        self._weight = 0

    def get(self, key: K) -> V | None:
        """The entry, None where there is none. It becomes the most recently used one."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: K, value: V) -> None:
        """Add or replace an entry; drops the least recently used ones above the maximum number or weight."""
        self.drop(key)
        if self._weigh is not None:
            weight = self._weigh(key, value)
            if weight > self._max_entry_weight:
                return
            self._weights[key] = weight
            self._weight += weight
        self._entries[key] = value
        while len(self._entries) > self.size or self._weight > self._max_weight:
            self.drop(next(iter(self._entries)))

    def weigh_again(self, key: K) -> None:
        """Count the weight of an entry that has grown; it becomes the most recently used one."""
        value = self._entries.get(key)
        if value is not None:
            self.put(key, value)

    def drop(self, key: K) -> None:
        """Remove an entry, if there is one."""
        if self._entries.pop(key, None) is not None and self._weigh is not None:
            self._weight -= self._weights.pop(key)

    def drop_oldest(self, is_stale: Callable[[V], bool]) -> None:
        """Remove the least recently used entries, up to the first that is not stale."""
        while self._entries:
            key, value = next(iter(self._entries.items()))
            if not is_stale(value):
                return
            self.drop(key)

    def keys(self) -> list[K]:
        """The keys, the most recently used one last."""
        return list(self._entries)

    def values(self) -> ValuesView[V]:
        """The entries, the most recently used one last."""
        return self._entries.values()

    def __len__(self) -> int:
        return len(self._entries)
