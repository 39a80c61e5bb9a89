"""Rate limiting: charges requests and uses of fields to the allowances of callers, addresses and arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hanse_router.errors import RateLimited, RateLimitsUnavailable
from hanse_router.prepare.rate_limits import ADDRESS, CALLER, Limit, OperationLimits, limit_of
from hanse_router.request import RequestContext, Variables
from hanse_router.settings import RateLimitSettings
from hanse_router.store.protocol import BucketStore, Charge, StoreUnavailable
from hanse_wire.client_network import client_network

_Counted = dict[str, tuple[Limit, int]]  # by the bucket's key: its limit, and how often it is used


class RateLimiter:
    """Takes what requests use from their allowances.

    `of_anonymous` and `of_signed_in` are the limits that each request of such a caller counts against.
    """

    def __init__(self, store: BucketStore, settings: RateLimitSettings, *, fallback: BucketStore | None = None) -> None:
        """`fallback` counts while the store is unavailable; without it, limited operations are refused then."""
        self._store = store
        self._fallback = fallback
        rules = {"requests": settings.requests, "signed_in": settings.signed_in}
        limits = {name: limit_of(name, rule) for name, rule in rules.items() if rule is not None and settings.enabled}
        self.of_anonymous: Sequence[Limit] = tuple(limits[name] for name in ("requests",) if name in limits)
        self.of_signed_in: Sequence[Limit] = tuple(limits.values())

    async def take_request(self, limits: Sequence[Limit], context: RequestContext) -> None:
        """Count a request, whatever becomes of it. Raises RateLimited, RateLimitsUnavailable."""
        counted: dict[str, _Counted] = {}
        for limit in limits:
            for key in limit.keys:
                _count(counted, limit, key, context)
        await self._charge(counted)

    async def take(self, limits: OperationLimits, variables: Variables, context: RequestContext) -> None:
        """Count the uses of limited fields. Raises RateLimited if an allowance is used up, or RateLimitsUnavailable.

        Uses with a common first key are counted together or not at all.
        """
        counted: dict[str, _Counted] = {}
        for use in limits:
            if use.counts(variables):
                for key in use.keys(variables):
                    _count(counted, use.limit, key, context)
        await self._charge(counted)

    async def _charge(self, counted: dict[str, _Counted]) -> None:
        for tag, uses in counted.items():
            charges = [
                Charge(f"{{{tag}}}|{key}", count, limit.max, limit.seconds) for key, (limit, count) in uses.items()
            ]
            try:
                refusal = await self._store.take(charges)
            except StoreUnavailable:
                if self._fallback is None:
                    raise RateLimitsUnavailable from None
                refusal = await self._fallback.take(charges)
            if refusal is not None:
                limit, count = list(uses.values())[refusal.index]
                raise _refused(limit, count, refusal.retry_after)


def _count(counted: dict[str, _Counted], limit: Limit, key: Sequence[str], context: RequestContext) -> None:
    """Add one use of a limit. The first part of a bucket's key is its tag: a Redis cluster stores by it."""
    tag, *others = (_resolved(part, context) for part in key)
    name = f"{limit.name}#{limit.number}" if limit.number else limit.name
    bucket = "|".join((name, *others))
    uses = counted.setdefault(tag, {})
    uses[bucket] = limit, uses[bucket][1] + 1 if bucket in uses else 1


def _resolved(part: str, context: RequestContext) -> str:
    subject = context.principal.subject
    if part == CALLER and subject is not None:
        return f"user:{subject}"
    if part in (CALLER, ADDRESS):
        return f"ip:{client_network(context.client_ip or '')}"
    return part


def _refused(limit: Limit, count: int, retry_after: float) -> RateLimited:
    allowed = f"at most {limit.max} in {limit.window}"
    if count > limit.max:
        message = f"This operation uses {limit.name} {count} times; {allowed} are allowed."
        return RateLimited(message, limit.name, (limit.max, limit.seconds), retry_after=None)
    what = {"requests": "requests", "signed_in": "requests"}.get(limit.name, f"uses of {limit.name}")
    message = f"Too many {what}: {allowed}. Try again in {max(1, math.ceil(retry_after))} s."
    return RateLimited(message, limit.name, (limit.max, limit.seconds), retry_after=retry_after)
