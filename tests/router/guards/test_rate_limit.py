"""Rate limits, over a store of token buckets."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hanse_router.errors import RateLimited, RateLimitsUnavailable
from hanse_router.guards.rate_limiter import RateLimiter
from hanse_router.operation import SkipInclude
from hanse_router.prepare.rate_limits import NO_LIMITS, Limit, OperationLimits, limit_of
from hanse_router.request import Principal, RequestContext
from hanse_router.settings import RateLimit
from hanse_router.store.memory import MemoryBuckets
from hanse_router.store.protocol import Charge, Refusal, StoreUnavailable
from hanse_wire.settings import SettingsError
from tests.router.store.bucket_contract import Clock


def at(address: str, user: str | None = None) -> RequestContext:
    return RequestContext(Principal(user, authenticated=user is not None), address)


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
    limits = OperationLimits(((limit, 1),), ((limit, frozenset((SkipInclude("v"),))),))
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


class Away:
    """A store that is away."""

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        raise StoreUnavailable


async def test_while_the_store_is_away_each_router_counts_alone() -> None:
    limiter = RateLimiter(Away(), RateLimit(max=2, window="1h"), fallback=MemoryBuckets(100, Clock()))
    await limiter.take(NO_LIMITS, {}, at("1"))
    await limiter.take(NO_LIMITS, {}, at("1"))
    with pytest.raises(RateLimited):
        await limiter.take(NO_LIMITS, {}, at("1"))


async def test_while_the_store_is_away_what_is_limited_can_be_refused() -> None:
    limiter = RateLimiter(Away())
    with pytest.raises(RateLimitsUnavailable) as refused:
        await limiter.take(OperationLimits(((Limit("Query.a", 1, "1m", 60.0), 1),)), {}, at("1"))
    assert (refused.value.http_status, refused.value.error_code) == (503, "RATE_LIMITS_UNAVAILABLE")
    await limiter.take(NO_LIMITS, {}, at("1"))  # not limited, so nothing is asked


@pytest.mark.parametrize(("window", "seconds"), [("10s", 10), ("1m", 60), ("2h", 7200), ("1d", 86400), ("0.5s", 0.5)])
def test_windows(window: str, seconds: float) -> None:
    assert limit_of("a", RateLimit(max=1, window=window)).seconds == seconds


@pytest.mark.parametrize("window", ["", "1", "m", "-1m", "0s", "1 week"])
def test_windows_that_are_not_understood(window: str) -> None:
    with pytest.raises(SettingsError):
        limit_of("a", RateLimit(max=1, window=window))
