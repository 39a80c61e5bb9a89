"""The store of several routers, in Redis: one client, a limit on the time of each request, a circuit around it.

Whatever goes wrong is StoreAway to the caller, soon: a Redis that is dead or slow never holds a request for longer than
`store.timeout_seconds`, and after a few failures holds none at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import (
    AuthenticationError,
    MovedError,
    NoPermissionError,
    RedisClusterException,
    RedisError,
    ResponseError,
)

from hanse_router.settings import StoreSettings
from hanse_router.store.base import BucketStore, Cache, StoreAway
from hanse_router.store.circuit import Circuit
from hanse_router.store.redis_buckets import RedisBuckets
from hanse_router.store.redis_cache import RedisCache
from hanse_router.store.redis_url import Client, client_of, place_of
from hanse_router.telemetry.metrics import Metrics
from hanse_wire.settings import SettingsError

FAILURES_TO_OPEN = 3
FAILURES = (RedisError, RedisClusterException, OSError)  # a TimeoutError is an OSError

T = TypeVar("T")
log = logging.getLogger("hanse_router.store")


class RedisStore:
    """The store at `store.url`."""

    def __init__(self, settings: StoreSettings, metrics: Metrics) -> None:
        """Raises SettingsError where the URL is not understood."""
        self._client = client_of(
            settings.url, connect_seconds=settings.timeout_seconds, connections=settings.max_connections
        )
        self.prefix = settings.prefix
        self._place = place_of(settings.url)
        self._seconds = settings.timeout_seconds
        self._turns = asyncio.Semaphore(settings.max_connections)
        self._circuit = Circuit(failures=FAILURES_TO_OPEN, seconds=settings.retry_seconds)
        self._failures = metrics.store_failures.labels()
        self._available = metrics.store_available
        self.cache: Cache = RedisCache(self.ask, prefix=settings.prefix)
        self.buckets: BucketStore = RedisBuckets(self.ask, prefix=settings.prefix)

    async def start(self) -> None:
        """See Store."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._client.get("hanse")
        except FAILURES as error:
            if (refusal := _refusal(error)) is not None:
                raise SettingsError(f"setting store.url: {self._place} {refusal}") from error
            self._circuit.interrupt()
            self._note_away(error)

    async def close(self) -> None:
        """See Store."""
        await self._client.aclose()

    async def ask(self, request: Callable[[Client], Awaitable[T]]) -> T:
        """What the store answers to the request. Raises StoreAway, at once while the store is known to be away."""
        trial = self._circuit.open
        if not self._circuit.admits():
            raise StoreAway
        try:
            async with asyncio.timeout(self._seconds), self._turns:
                answer = await request(self._client)
        except FAILURES as error:
            self._failures.inc()
            if self._circuit.failed():
                self._note_away(error)
            raise StoreAway from error
        if self._circuit.succeeded(trial=trial):
            self._available.set(1)
            log.warning("the store at %s answers again", self._place)
        return answer

    def _note_away(self, error: Exception) -> None:
        self._available.set(0)
        log.warning(
            "the store at %s does not answer (%s): start it, or correct the setting store.url; until then rate limits "
            "go by rate_limits.on_store_failure, and nothing else of it is missed",
            self._place,
            str(error) or f"nothing within {self._seconds:g} s",
        )


def _refusal(error: Exception) -> str | None:
    """What it does not take, and what to do; None where it is only away."""
    if isinstance(error, AuthenticationError | NoPermissionError):
        return "refuses the user or password: write redis://USER:PASSWORD@HOST:PORT"
    if isinstance(error, MovedError):
        return "is a node of a cluster: write redis+cluster://HOST:PORT"
    if isinstance(error, RedisClusterException) and "not enabled" in str(error):
        return "is no node of a cluster: write redis://HOST:PORT"
    if type(error) is ResponseError:
        return f"refuses: {error}"
    return None
