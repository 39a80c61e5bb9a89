"""The store in memory."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.store.memory import MemoryBuckets
from tests.router.store.bucket_contract import BucketContract, Clock, OpenBuckets, charge


class TestBuckets(BucketContract):
    @pytest.fixture
    def open_buckets(self) -> OpenBuckets:
        return lambda clock: MemoryBuckets(100, clock)


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
