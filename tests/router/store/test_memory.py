"""The store in memory."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse_router.store.memory import MemoryBuckets, MemoryCache
from hanse_router.store.protocol import Cache
from tests.router.store.bucket_contract import BucketContract, Clock, OpenBuckets, charge
from tests.router.store.cache_contract import CacheContract


class TestBuckets(BucketContract):
    @pytest.fixture
    def open_buckets(self) -> OpenBuckets:
        return lambda clock: MemoryBuckets(100, clock)


class TestCache(CacheContract):
    @pytest.fixture
    def cache(self) -> Cache:
        return MemoryCache(1_000_000)


async def test_the_cache_is_bounded_by_bytes_and_forgets_what_was_used_longest_ago() -> None:
    cache = MemoryCache(30, Clock())
    for key in "abc":
        await cache.put(key, b"x" * 9, 60)
    assert await cache.get("a") is not None
    await cache.put("d", b"x" * 9, 60)
    assert [await cache.get(key) is not None for key in "abcd"] == [True, False, True, True]
    await cache.put("e", b"x" * 30, 60)
    assert [await cache.get(key) is not None for key in "acde"] == [True, True, True, False], "too large alone"


async def test_memory_is_bounded() -> None:
    buckets = MemoryBuckets(5, Clock())
    for index in range(50):
        await buckets.take([charge(str(index))])
    assert len(buckets._levels) == 5


@given(costs=st.lists(st.integers(1, 4), max_size=30), capacity=st.integers(1, 20))
def test_no_more_is_taken_than_there_is(costs: list[int], capacity: int) -> None:
    async def taken() -> int:
        buckets = MemoryBuckets(5, Clock())
        return sum([cost for cost in costs if await buckets.take([charge("a", cost, capacity)]) is None])

    assert asyncio.run(taken()) <= capacity
