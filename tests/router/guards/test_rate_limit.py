"""Rate limits, over a store of token buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from hanse_router.errors import RateLimited, RateLimitsUnavailable
from hanse_router.guards.rate_limiter import RateLimiter
from hanse_router.operation import SkipInclude
from hanse_router.prepare.rate_limits import DEFAULT_KEYS, NO_LIMITS, Key, Limit, OperationLimits, Use, limit_of
from hanse_router.request import Principal, RequestContext
from hanse_router.settings import RateLimit, RateLimitSettings
from hanse_router.store.memory import MemoryBuckets
from hanse_router.store.protocol import BucketStore, Charge, Refusal, StoreUnavailable
from hanse_wire.settings import SettingsError
from tests.router.store.bucket_contract import Clock


def at(address: str, user: str | None = None) -> RequestContext:
    return RequestContext(Principal(user, authenticated=user is not None), address)


def once(*keys: Key, name: str = "Query.a", **arguments: str) -> OperationLimits:
    """One use of a field that may be used once a minute, counted by these keys."""
    read = {f"argument:{argument}": lambda variables, text=text: text for argument, text in arguments.items()}
    return (Use(Limit(name, 1, "1m", 60.0, keys or DEFAULT_KEYS), frozenset(), read),)


def limiter_of(store: BucketStore | None = None, *, fallback: BucketStore | None = None, **rules: Any) -> RateLimiter:
    settings = RateLimitSettings.model_validate({"signed_in": None, **rules})
    return RateLimiter(store or MemoryBuckets(100, Clock()), settings, fallback=fallback)


async def request(limiter: RateLimiter, context: RequestContext) -> None:
    """One request, whatever it asks for."""
    anonymous = context.principal.subject is None
    if limits := limiter.of_anonymous if anonymous else limiter.of_signed_in:
        await limiter.take_request(limits, context)


async def test_callers_are_told_apart_by_user_and_else_by_address() -> None:
    limiter = limiter_of()
    await limiter.take(once(), {}, at("1.1.1.1"))
    await limiter.take(once(), {}, at("1.1.1.2"))
    await limiter.take(once(), {}, at("1.1.1.1", "u1"))
    with pytest.raises(RateLimited) as refused:
        await limiter.take(once(), {}, at("9.9.9.9", "u1"))
    assert refused.value.extensions == {"retryAfter": 60}
    assert list(refused.value.headers) == [
        (b"ratelimit-policy", b'"Query.a";q=1;w=60'),
        (b"ratelimit", b'"Query.a";r=0;t=60'),
        (b"retry-after", b"60"),
    ]


async def test_an_address_counts_whoever_is_signed_in() -> None:
    limiter = limiter_of()
    await limiter.take(once(("address",)), {}, at("1.1.1.1"))
    for user in (None, "u1", "u2"):
        with pytest.raises(RateLimited):
            await limiter.take(once(("address",)), {}, at("1.1.1.1", user))
    await limiter.take(once(("address",)), {}, at("1.1.1.2", "u1"))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "1.2.3.5", False),
    ],
)
async def test_an_ipv6_client_is_its_whole_network(first: str, second: str, same: bool) -> None:
    limiter = limiter_of()
    await limiter.take(once(), {}, at(first))
    if same:
        with pytest.raises(RateLimited):
            await limiter.take(once(), {}, at(second))
    else:
        await limiter.take(once(), {}, at(second))


async def test_an_argument_counts_from_whatever_address_and_several_keys_count_each() -> None:
    limiter = limiter_of()
    keys: tuple[Key, ...] = (("address",), ("argument:login",))
    await limiter.take(once(*keys, login="a"), {}, at("1.1.1.1"))
    with pytest.raises(RateLimited):
        await limiter.take(once(*keys, login="a"), {}, at("1.1.1.2"))
    await limiter.take(once(*keys, login="b"), {}, at("1.1.1.3"))
    joined: Key = ("address", "argument:login")
    await limiter.take(once(joined, login="a"), {}, at("1.1.1.1"))
    await limiter.take(once(joined, login="b"), {}, at("1.1.1.1"))
    with pytest.raises(RateLimited):
        await limiter.take(once(joined, login="a"), {}, at("1.1.1.1"))


async def test_uses_that_hang_on_variables() -> None:
    limit = Limit("Query.a", 1, "1m", 60.0)
    limits = (Use(limit, frozenset(), {}), Use(limit, frozenset((SkipInclude("v"),)), {}))
    limiter = limiter_of()
    with pytest.raises(RateLimited, match="2 times") as refused:
        await limiter.take(limits, {"v": True}, at("1"))
    assert [name for name, _ in refused.value.headers] == [b"ratelimit-policy"]
    await limiter.take(limits, {"v": False}, at("1"))


async def test_a_limit_on_all_requests() -> None:
    limiter = limiter_of(requests={"max": 2, "window": "1s"})
    await request(limiter, at("1"))
    await request(limiter, at("1"))
    with pytest.raises(RateLimited, match="requests"):
        await request(limiter, at("1"))


async def test_a_limit_on_the_requests_of_those_who_are_signed_in() -> None:
    limiter = limiter_of(signed_in={"max": 2})
    for _ in range(5):
        await request(limiter, at("1"))
    await request(limiter, at("1", "u1"))
    await request(limiter, at("2", "u1"))
    with pytest.raises(RateLimited):
        await request(limiter, at("3", "u1"))
    await request(limiter, at("3", "u2"))


class Away:
    """A store that is away."""

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        raise StoreUnavailable


async def test_while_the_store_is_away_each_router_counts_alone() -> None:
    limiter = limiter_of(Away(), requests={"max": 2, "window": "1h"}, fallback=MemoryBuckets(100, Clock()))
    await request(limiter, at("1"))
    await request(limiter, at("1"))
    with pytest.raises(RateLimited):
        await request(limiter, at("1"))


async def test_while_the_store_is_away_what_is_limited_can_be_refused() -> None:
    limiter = limiter_of(Away())
    with pytest.raises(RateLimitsUnavailable) as refused:
        await limiter.take(once(), {}, at("1"))
    assert (refused.value.http_status, refused.value.error_code) == (503, "RATE_LIMITS_UNAVAILABLE")
    await limiter.take(NO_LIMITS, {}, at("1"))  # not limited, so nothing is asked


@pytest.mark.parametrize(("window", "seconds"), [("10s", 10), ("1m", 60), ("2h", 7200), ("1d", 86400), ("0.5s", 0.5)])
def test_windows(window: str, seconds: float) -> None:
    assert limit_of("a", RateLimit(max=1, window=window)).seconds == seconds


@pytest.mark.parametrize("window", ["", "1", "m", "-1m", "0s", "1 week"])
def test_windows_that_are_not_understood(window: str) -> None:
    with pytest.raises(SettingsError):
        limit_of("a", RateLimit(max=1, window=window))


@pytest.mark.parametrize("by", [[], ["user"], ["argument:"], ["address+x"], ["argument:a..b"]])
def test_keys_that_are_invalid(by: list[str]) -> None:
    with pytest.raises(SettingsError, match="rate_limits"):
        limit_of("a", RateLimit(max=1, by=by))
