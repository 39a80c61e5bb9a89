"""Ends what runs with an access token, such as a subscription, when the token expires or is revoked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from hanse_router.errors import SubscriptionExpired, SubscriptionRevoked
from hanse_router.request import Principal

Event = TypeVar("Event")


class TokenEnds:
    """The streams of all callers, each until its token ends."""

    def __init__(self, leeway_seconds: float) -> None:
        self._leeway = leeway_seconds
        self._streams: set[_Stream] = set()

    async def limit(self, events: AsyncGenerator[Event, None], principal: Principal) -> AsyncGenerator[Event, None]:
        """The events until the token ends. Raises SubscriptionExpired, SubscriptionRevoked."""
        stream = _Stream(principal, principal.expires + self._leeway)
        self._streams.add(stream)
        try:
            async with aclosing(events):
                while True:
                    try:
                        event = await stream.next(events)
                    except StopAsyncIteration:
                        return
                    yield event
        finally:
            self._streams.discard(stream)

    def end_revoked(self, is_revoked: Callable[[Principal], bool]) -> None:
        """End the streams whose token is revoked."""
        for stream in [one for one in self._streams if is_revoked(one.principal)]:
            stream.revoke()


class _Stream:
    """The token of one stream. Its timer runs only while an event is awaited."""

    def __init__(self, principal: Principal, ends: float) -> None:
        self.principal = principal
        self._ends = ends  # seconds since the epoch; infinite for the anonymous
        self._revoked = False
        self._wait: asyncio.Timeout | None = None

    async def next(self, events: AsyncGenerator[Event, None]) -> Event:
        """The next event. Raises StopAsyncIteration, SubscriptionExpired, SubscriptionRevoked."""
        if self._revoked:
            raise SubscriptionRevoked
        seconds = self._ends - time.time()
        if seconds <= 0:
            raise SubscriptionExpired
        wait = asyncio.timeout(seconds if seconds != float("inf") else None)
        try:
            async with wait:
                self._wait = wait
                try:
                    return await anext(events)
                finally:
                    self._wait = None
        except TimeoutError:
            if not wait.expired():
                raise
            raise (SubscriptionRevoked if self._revoked else SubscriptionExpired) from None

    def revoke(self) -> None:
        """End the stream now."""
        self._revoked = True
        if self._wait is not None:
            self._wait.reschedule(asyncio.get_running_loop().time())
