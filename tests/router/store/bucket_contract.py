"""What every store of token buckets does, whatever lies behind it: the same tests run on each.

A module of tests subclasses the contract and gives it the fixture `open_buckets`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanse_router.store.protocol import BucketStore, Charge, Refusal


class Clock:
    """Time as a test tells it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


OpenBuckets = Callable[[Clock], BucketStore]  # each with buckets of its own


def charge(key: str, cost: int = 1, capacity: int = 3, seconds: float = 3600.0) -> Charge:
    return Charge(f"{{user:1}}|{key}", cost, capacity, seconds)


class BucketContract:
    """The tests."""

    async def test_a_bucket_empties_and_refills_evenly(self, open_buckets: OpenBuckets) -> None:
        clock = Clock()
        buckets = open_buckets(clock)
        assert [await buckets.take([charge("a")]) is None for _ in range(4)] == [True, True, True, False]
        refusal = await buckets.take([charge("a")])
        assert refusal is not None
        assert refusal.retry_after == pytest.approx(1200)
        clock.now += 1200.0
        assert await buckets.take([charge("a")]) is None
        assert await buckets.take([charge("a")]) is not None

    async def test_it_never_holds_more_than_its_capacity(self, open_buckets: OpenBuckets) -> None:
        clock = Clock()
        buckets = open_buckets(clock)
        assert await buckets.take([charge("a")]) is None
        clock.now += 1_000_000
        assert await buckets.take([charge("a", 4)]) == Refusal(0, 1200.0)
        assert await buckets.take([charge("a", 3)]) is None

    async def test_all_or_nothing_over_several_buckets(self, open_buckets: OpenBuckets) -> None:
        buckets = open_buckets(Clock())
        full, empty = charge("full", 1, 5), charge("empty", 1, 0)
        for _ in range(20):
            assert await buckets.take([full, empty]) == Refusal(1, 3600.0)
        assert [await buckets.take([full]) is None for _ in range(6)] == [True] * 5 + [False]

    async def test_one_key_charged_twice_in_one_go_counts_both(self, open_buckets: OpenBuckets) -> None:
        buckets = open_buckets(Clock())
        assert await buckets.take([charge("a", 2), charge("a", 2)]) == Refusal(1, 1200.0)
        assert await buckets.take([charge("a", 1), charge("a", 2)]) is None

    async def test_callers_do_not_share(self, open_buckets: OpenBuckets) -> None:
        buckets = open_buckets(Clock())
        for caller in ("user:1", "user:2", "ip:::1", "user:}{", "user:a b|c"):
            first, second = Charge(f"{{{caller}}}|a", 3, 3, 60.0), Charge(f"{{{caller}}}|b", 3, 3, 60.0)
            assert await buckets.take([first, second]) is None
            assert await buckets.take([first]) is not None
