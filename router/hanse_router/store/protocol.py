"""The store as the rest of the router sees it, whatever lies behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreAway(Exception):
    """The store does not answer now. The log has the reason, once."""


@dataclass(frozen=True, slots=True)
class Charge:
    """`cost` to be taken from the bucket `key`, which holds `capacity` and refills in `seconds`.

    Keys that are charged together share a part in braces (`{user:1}|Query.a`), so that a cluster keeps them together.
    """

    key: str
    cost: int
    capacity: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which charge (by index) does not fit, and the seconds until it would."""

    index: int
    retry_after: float


class BucketStore(Protocol):
    """Where token buckets are kept."""

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        """Take all charges, or none and say which does not fit. Atomic over everyone who uses the store.

        Raises StoreAway.
        """
        ...


class Cache(Protocol):
    """Values that may be forgotten at any time. A store that is away has none and takes none."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
        ...

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep the value for at most so many seconds."""
        ...


class Store(Protocol):
    """All that is kept, and its life."""

    @property
    def cache(self) -> Cache:
        """What routers tell each other."""
        ...

    @property
    def buckets(self) -> BucketStore:
        """The buckets of rate limits."""
        ...

    async def start(self) -> None:
        """Look whether the store takes us. One that is away is logged, and used when it comes.

        Raises SettingsError where it answers and refuses.
        """
        ...

    async def close(self) -> None:
        """Give back its connections."""
        ...
