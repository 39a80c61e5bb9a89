"""What every cache does, whatever lies behind it: the same tests run on each."""

from __future__ import annotations

import asyncio

from hanse_router.store.protocol import Cache


class CacheContract:
    """The tests; a module of tests subclasses it and gives it the fixture `cache`, empty and of a million bytes."""

    async def test_what_is_put_is_had(self, cache: Cache) -> None:
        assert await cache.get("a") is None
        await cache.put("a", b"\x00\xff value", 60)
        assert await cache.get("a") == b"\x00\xff value"
        assert await cache.get("b") is None
        await cache.put("a", b"", 60)
        assert await cache.get("a") == b""

    async def test_it_goes_after_its_time(self, cache: Cache) -> None:
        await cache.put("a", b"1", 0.2)
        await cache.put("b", b"2", 60)
        await asyncio.sleep(0.3)
        assert await cache.get("a") is None
        assert await cache.get("b") == b"2"
