"""A cache in Redis, which forgets by itself."""

from __future__ import annotations

import math

from hanse_router.store.base import StoreAway
from hanse_router.store.redis_buckets import Ask


class RedisCache:
    """Values that all routers share."""

    def __init__(self, ask: Ask, *, prefix: str) -> None:
        self._ask = ask
        self._prefix = f"{prefix}cache:"

    async def get(self, key: str) -> bytes | None:
        """See Cache."""
        try:
            value: bytes | None = await self._ask(lambda client: client.get(self._prefix + key))
        except StoreAway:
            return None
        return value

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """See Cache."""
        try:
            await self._ask(lambda client: client.set(self._prefix + key, value, px=math.ceil(seconds * 1000)))
        except StoreAway:
            pass
