"""Retries with back-off, and a circuit that spares a subgraph which is down: around any transport."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import msgspec

from hanse_router.operation_kind import OperationKind
from hanse_router.transports.errors import CircuitOpen, TransportError
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.prompt import Done, Outcome, UnderWay, prompt, sent
from hanse_router.transports.protocol import SubgraphRequest, Transport


class ResilientTransport:
    """Sends a failed query again, never a mutation or a file; refuses at once while its circuit is open."""

    def __init__(
        self, inner: Transport, options: TransportOptions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._inner = inner
        self._options = options
        self._clock = clock
        self._begin = prompt(inner)
        self._failures = 0
        self._opened_at: float | None = None

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport."""
        if self._opened_at is not None:
            self._pass_or_refuse()
        return await self._tries(request)

    def begin(self, request: SubgraphRequest, done: Done) -> UnderWay | None:
        """See Begin: the first try, while the subgraph is well. Further ones are left to a task."""
        if self._begin is None or self._failures or self._opened_at is not None:
            return None
        first = _FirstTry(self, request, done)
        first.now = self._begin(request, first.ended)
        return first if first.now is not None else None

    async def _tries(self, request: SubgraphRequest, failure: TransportError | None = None) -> bytes:
        """Tries until the reply comes; `failure` is that of the first try, where it was made already."""
        left = self._options.retries if request.kind is OperationKind.QUERY and not request.files else 0
        delay = self._options.backoff
        while True:
            try:
                if failure is not None:
                    raise failure
                reply = await self._inner.send(request)
            except TransportError as error:
                failure = None
                if not error.retryable:
                    raise
                if left <= 0:
                    self._failed()
                    raise
            else:
                if self._failures:
                    self._failures, self._opened_at = 0, None
                return reply
            left -= 1
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, self._options.backoff_limit)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport. A subscription is not begun anew: its client alone knows what it missed."""
        async with aclosing(self._inner.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    async def close(self) -> None:
        """See Transport."""
        await self._inner.close()

    def _pass_or_refuse(self) -> None:
        assert self._opened_at is not None
        now = self._clock()
        if now - self._opened_at < self._options.open_seconds:
            raise CircuitOpen("Circuit open: the last requests to this subgraph failed.")
        self._opened_at = now  # this request tries; others wait for what it finds

    def _failed(self) -> None:
        self._failures += 1
        if self._options.failures_to_open and self._failures >= self._options.failures_to_open:
            self._opened_at = self._clock()


class _FirstTry(msgspec.Struct, eq=False):
    """A request that is tried for the first time; `now` is what is under way for it."""

    transport: ResilientTransport
    request: SubgraphRequest
    done: Done
    now: UnderWay | None = None

    def ended(self, outcome: Outcome) -> None:
        """The first try has ended."""
        self.now = None  # it knows us too: a cycle would keep the whole response until the garbage collector comes
        if isinstance(outcome, TransportError) and outcome.retryable:
            self.now = sent(self.transport._tries(self.request, outcome), self.done)
        else:
            self.done(outcome)

    def cancel(self) -> None:
        """See UnderWay."""
        if self.now is not None:
            self.now.cancel()
