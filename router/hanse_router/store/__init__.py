"""What all routers of a platform share, behind small protocols: in the memory of one, or in Redis for several."""

from __future__ import annotations

from hanse_router.settings import RouterSettings
from hanse_router.store.base import Store
from hanse_router.store.memory import MemoryStore
from hanse_router.telemetry.metrics import Metrics


def open_store(settings: RouterSettings, metrics: Metrics) -> Store:
    """The store that `store.url` names. Nothing is asked of it yet. Raises SettingsError where the URL is none."""
    if settings.store.url == "memory:":
        return MemoryStore(buckets=settings.rate_limits.buckets, cache_bytes=settings.store.memory_bytes)
    from hanse_router.store.redis import RedisStore  # most routers stand alone and need no client

    return RedisStore(settings.store, metrics)


__all__ = ["Store", "open_store"]
