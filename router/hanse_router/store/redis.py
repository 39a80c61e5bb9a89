"""The store of several routers, in Redis: one client, a timeout for each request, a circuit breaker.

Every failure is StoreUnavailable: a Redis that is down or slow delays a request by at most `store.timeout_seconds`, and
after a few failures, while the circuit is open, not at all.
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
from hanse_router.store.protocol import BucketStore, Cache, StoreUnavailable
from hanse_router.store.redis_buckets import RedisBuckets
from hanse_router.store.redis_cache import RedisCache
from hanse_router.store.redis_url import Client, open_client, shown_address
from hanse_router.telemetry.metrics import Metrics
from hanse_wire.circuit_breaker import Admission, CircuitBreaker, ConsecutiveFailures
from hanse_wire.settings import SettingsError

FAILURES_TO_OPEN = 3
FAILURES = (RedisError, RedisClusterException, OSError)  # a TimeoutError is an OSError

T = TypeVar("T")
log = logging.getLogger("hanse_router.store")


class RedisStore:
    """The store at `store.url`."""

    def __init__(self, settings: StoreSettings, metrics: Metrics) -> None:
        """Raises SettingsError for an invalid URL."""
        self._client = open_client(
            settings.url, connect_seconds=settings.timeout_seconds, connections=settings.max_connections
        )
        self.prefix = settings.prefix
        self._address = shown_address(settings.url)
        self._seconds = settings.timeout_seconds
        self._concurrency = asyncio.Semaphore(settings.max_connections)
        self._circuit = CircuitBreaker(ConsecutiveFailures(FAILURES_TO_OPEN), open_seconds=settings.retry_seconds)
        self._failures = metrics.store_failures.labels()
        self._available = metrics.store_available
        self.cache: Cache = RedisCache(self.run, prefix=settings.prefix)
        self.buckets: BucketStore = RedisBuckets(self.run, prefix=settings.prefix)

    async def start(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._client.get("hanse")
        except FAILURES as error:
            if (refusal := _refusal(error)) is not None:
                raise SettingsError(f"setting store.url: {self._address} {refusal}") from error
            self._circuit.open()
            self._log_unavailable(error)

    async def close(self) -> None:
        await self._client.aclose()

    async def run(self, request: Callable[[Client], Awaitable[T]]) -> T:
        """The response to a request. Raises StoreUnavailable; without a request while the circuit is open."""
        admission = self._circuit.admit()
        if admission is Admission.REJECTED:
            raise StoreUnavailable
        try:
            async with asyncio.timeout(self._seconds), self._concurrency:
                response = await request(self._client)
        except FAILURES as error:
            self._failures.inc()
            if self._circuit.failed(admission):
                self._log_unavailable(error)
            raise StoreUnavailable from error
        except BaseException:
            self._circuit.abandoned(admission)
            raise
        if self._circuit.succeeded(admission):
            self._available.set(1)
            log.warning("the store at %s is available again", self._address)
        return response

    def _log_unavailable(self, error: Exception) -> None:
        self._available.set(0)
        log.warning(
            "the store at %s is unavailable (%s): start it, or correct the setting store.url; until then rate limits "
            "follow rate_limits.on_store_failure, and nothing is cached",
            self._address,
            str(error) or f"no response within {self._seconds:g} s",
        )


def _refusal(error: Exception) -> str | None:
    """Why the store refuses the connection, and the remedy; None where it is unavailable."""
    if isinstance(error, AuthenticationError | NoPermissionError):
        return "refuses the user or password: write redis://USER:PASSWORD@HOST:PORT"
    if isinstance(error, MovedError):
        return "is a node of a cluster: write redis+cluster://HOST:PORT"
    if isinstance(error, RedisClusterException) and "not enabled" in str(error):
        return "is not a node of a cluster: write redis://HOST:PORT"
    if type(error) is ResponseError:
        return f"refuses: {error}"
    return None
