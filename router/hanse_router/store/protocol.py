"""The interface of the store: what the routers of a platform share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreUnavailable(Exception):
    """The store does not respond. The reason is logged once."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Take `cost` from the bucket `key`, which has `capacity` and refills in `seconds`.

    Keys that are charged together share a part in braces (`{user:1}|Query.a`): a Redis cluster stores them on one node.
    """

    key: str
    cost: int
    capacity: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """The index of the charge that was refused, and the seconds until it would be accepted."""

    index: int
    retry_after: float


class BucketStore(Protocol):
    """Token buckets."""

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        """Take all charges or none; the refusal, if there is one. Atomic over all users of the store.

        Raises StoreUnavailable.
        """
        ...


class Cache(Protocol):
    """Values that may be deleted at any time. While the store is unavailable it is empty."""

    async def get(self, key: str) -> bytes | None:
        """The value, None where there is none."""
        ...

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Store the value for at most so many seconds."""
        ...


class Store(Protocol):
    """The cache and the buckets, with start and stop."""

    @property
    def cache(self) -> Cache:
        """The shared cache."""
        ...

    @property
    def buckets(self) -> BucketStore:
        """The buckets of rate limits."""
        ...

    async def start(self) -> None:
        """Connect. A store that is unavailable is logged, and used once it is available.

        Raises SettingsError where it refuses the connection.
        """
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...
