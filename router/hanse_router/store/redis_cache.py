"""A cache in Redis, which deletes expired values itself."""

from __future__ import annotations

import math

from hanse_router.store.protocol import StoreUnavailable
from hanse_router.store.redis_buckets import RunRequest


class RedisCache:
    """Values that all routers share."""

    def __init__(self, run: RunRequest, *, prefix: str) -> None:
        self._run = run
        self._prefix = f"{prefix}cache:"

    async def get(self, key: str) -> bytes | None:
        try:
            value: bytes | None = await self._run(lambda client: client.get(self._prefix + key))
        except StoreUnavailable:
            return None
        return value

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        try:
            await self._run(lambda client: client.set(self._prefix + key, value, px=math.ceil(seconds * 1000)))
        except StoreUnavailable:
            pass
