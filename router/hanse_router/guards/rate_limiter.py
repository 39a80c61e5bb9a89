"""Rate limiting: charges an operation to its caller's allowance."""

from __future__ import annotations

import math

from hanse_router.errors import RateLimited, RateLimitsUnavailable
from hanse_router.prepare.rate_limits import NO_LIMITS, Limit, OperationLimits, limit_of
from hanse_router.request import RequestContext, Variables
from hanse_router.settings import RateLimit
from hanse_router.store.protocol import BucketStore, Charge, StoreUnavailable


class RateLimiter:
    """Takes what an operation uses from its caller's allowance."""

    def __init__(
        self, store: BucketStore, requests: RateLimit | None = None, *, fallback: BucketStore | None = None
    ) -> None:
        """`fallback` counts while the store is unavailable; without it, limited operations are refused then."""
        self._store = store
        self._fallback = fallback
        self._requests = limit_of("requests", requests) if requests is not None else None

    def applies(self, limits: OperationLimits) -> bool:
        """Whether an operation with these limited fields has anything to count."""
        return limits is not NO_LIMITS or self._requests is not None

    async def take(self, limits: OperationLimits, variables: Variables, context: RequestContext) -> None:
        """Count the operation. Raises RateLimited where the caller has used up a limit; nothing is counted then.

        Raises RateLimitsUnavailable where it cannot be counted.
        """
        uses = list(limits.uses(variables))
        if self._requests is not None:
            uses.append((self._requests, 1))
        if not uses:
            return
        subject = context.principal.subject
        caller = f"user:{subject}" if subject is not None else f"ip:{context.client_ip}"
        charges = [Charge(f"{{{caller}}}|{limit.name}", count, limit.max, limit.seconds) for limit, count in uses]
        try:
            refusal = await self._store.take(charges)
        except StoreUnavailable:
            if self._fallback is None:
                raise RateLimitsUnavailable from None
            refusal = await self._fallback.take(charges)
        if refusal is not None:
            raise _refused(uses[refusal.index], refusal.retry_after)


def _refused(use: tuple[Limit, int], retry_after: float) -> RateLimited:
    limit, count = use
    allowed = f"at most {limit.max} in {limit.window}"
    if count > limit.max:
        return RateLimited(f"This operation uses {limit.name} {count} times; {allowed} are allowed.", retry_after=None)
    what = "operations" if limit.name == "requests" else f"uses of {limit.name}"
    message = f"Too many {what}: {allowed}. Try again in {max(1, math.ceil(retry_after))} s."
    return RateLimited(message, retry_after=retry_after)
