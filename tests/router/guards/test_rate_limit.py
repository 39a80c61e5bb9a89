"""Token buckets and rate limits."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import RateLimited, SettingsError
from router.guards.buckets import Charge, MemoryBuckets
from router.guards.rate_limit import NO_LIMITS, Limit, OperationLimits, RateLimiter, limit_of
from router.request import Principal, RequestContext
from router.settings import RateLimit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def at(address: str, user: str | None = None) -> RequestContext:
    return RequestContext(Principal(user, authenticated=user is not None), address)


async def test_a_bucket_empties_and_refills_evenly() -> None:
    clock = Clock()
    buckets = MemoryBuckets(10, clock)
    charge = Charge("a", 1, 3, 60.0)
    assert [await buckets.take([charge]) is None for _ in range(4)] == [True, True, True, False]
    refusal = await buckets.take([charge])
    assert refusal is not None
    assert refusal.retry_after == pytest.approx(20)
    clock.now = 20.0
    assert await buckets.take([charge]) is None
    assert await buckets.take([charge]) is not None


async def test_all_or_nothing_over_several_buckets() -> None:
    buckets = MemoryBuckets(10, Clock())
    full, empty = Charge("full", 1, 5, 60), Charge("empty", 1, 0, 60)
    for _ in range(20):
        refusal = await buckets.take([full, empty])
        assert refusal is not None
        assert refusal.index == 1
    assert [await buckets.take([full]) is None for _ in range(6)] == [True] * 5 + [False]


async def test_one_key_charged_twice_in_one_go_counts_both() -> None:
    buckets = MemoryBuckets(10, Clock())
    assert await buckets.take([Charge("a", 2, 3, 60), Charge("a", 2, 3, 60)]) is not None
    assert await buckets.take([Charge("a", 1, 3, 60), Charge("a", 2, 3, 60)]) is None


async def test_memory_is_bounded() -> None:
    buckets = MemoryBuckets(5, Clock())
    for index in range(50):
        await buckets.take([Charge(str(index), 1, 1, 60)])
    assert len(buckets._levels) == 5


@given(costs=st.lists(st.integers(1, 4), max_size=30), capacity=st.integers(1, 20))
def test_no_more_is_taken_than_there_is(costs: list[int], capacity: int) -> None:
    async def taken() -> int:
        buckets = MemoryBuckets(5, Clock())
        return sum([cost for cost in costs if await buckets.take([Charge("a", cost, capacity, 60)]) is None])

    assert asyncio.run(taken()) <= capacity


async def test_callers_are_told_apart_by_user_and_else_by_address() -> None:
    limiter = RateLimiter(MemoryBuckets(100, Clock()))
    limits = OperationLimits(((Limit("Query.a", 1, "1m", 60.0), 1),))
    await limiter.take(limits, {}, at("1.1.1.1"))
    await limiter.take(limits, {}, at("1.1.1.2"))
    await limiter.take(limits, {}, at("1.1.1.1", "u1"))
    with pytest.raises(RateLimited) as refused:
        await limiter.take(limits, {}, at("9.9.9.9", "u1"))
    assert refused.value.extensions == {"retryAfter": 60}
    assert (b"retry-after", b"60") in refused.value.headers


async def test_uses_that_hang_on_variables() -> None:
    limit = Limit("Query.a", 1, "1m", 60.0)
    limits = OperationLimits(((limit, 1),), ((limit, (("v", True),)),))
    limiter = RateLimiter(MemoryBuckets(100, Clock()))
    with pytest.raises(RateLimited, match="2 times"):
        await limiter.take(limits, {"v": True}, at("1"))
    await limiter.take(limits, {"v": False}, at("1"))


async def test_a_limit_on_all_operations() -> None:
    limiter = RateLimiter(MemoryBuckets(100, Clock()), RateLimit(max=2, window="1s"))
    await limiter.take(NO_LIMITS, {}, at("1"))
    await limiter.take(NO_LIMITS, {}, at("1"))
    with pytest.raises(RateLimited, match="operations"):
        await limiter.take(NO_LIMITS, {}, at("1"))


@pytest.mark.parametrize(("window", "seconds"), [("10s", 10), ("1m", 60), ("2h", 7200), ("1d", 86400), ("0.5s", 0.5)])
def test_windows(window: str, seconds: float) -> None:
    assert limit_of("a", RateLimit(max=1, window=window)).seconds == seconds


@pytest.mark.parametrize("window", ["", "1", "m", "-1m", "0s", "1 week"])
def test_windows_that_are_not_understood(window: str) -> None:
    with pytest.raises(SettingsError):
        limit_of("a", RateLimit(max=1, window=window))
