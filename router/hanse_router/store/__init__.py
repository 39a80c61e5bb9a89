"""What the routers of a platform share (cache, rate limits): in the memory of one router, or in Redis for several."""

from __future__ import annotations

from hanse_router.settings import RouterSettings
from hanse_router.store.memory import MemoryStore
from hanse_router.store.protocol import Store
from hanse_router.telemetry.metrics import Metrics


def open_store(settings: RouterSettings, metrics: Metrics) -> Store:
    """The store at `store.url`; it is not connected yet. Raises SettingsError for an invalid URL."""
    if settings.store.url == "memory:":
        return MemoryStore(buckets=settings.rate_limits.buckets, cache_bytes=settings.store.memory_bytes)
    from hanse_router.store.redis import RedisStore  # a router without Redis does not need its client

    return RedisStore(settings.store, metrics)


__all__ = ["Store", "open_store"]
