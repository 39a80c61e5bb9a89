"""Retries failed queries with backoff. Mutations and uploads are sent once: a second attempt could act twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from hanse_router.in_flight import Done, InFlight
from hanse_router.operation_kind import OperationKind
from hanse_router.transports.errors import SubgraphTimeout, TransportError
from hanse_router.transports.middleware.base import Context, Wrapper
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport
from hanse_wire.backoff import Backoff


def retry(inner: Transport, context: Context) -> Transport:
    """Retry where the options allow more than one attempt."""
    return RetryingTransport(inner, context.options) if context.options.retries else inner


class RetryingTransport(Wrapper):
    """A transport that sends a query again after an error that is retryable.

    A subscription is not started again: only its client knows which events it missed.
    """

    def __init__(self, inner: Transport, options: TransportOptions) -> None:
        super().__init__(inner)
        self._retries = options.retries
        self._timeouts = options.retry_timeouts
        self._backoff = Backoff(options.backoff, options.backoff_limit)

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        if request.kind is not OperationKind.QUERY or request.files:
            return self._inner.start(request, done)
        attempts = _Attempts(self._inner, request, done, self._retries, self._backoff, self._timeouts)
        attempts.send()
        return attempts


class _Attempts(msgspec.Struct, eq=False):
    """The attempts of one request. (A struct of msgspec: every query makes one, and it is the cheapest to make.)"""

    inner: Transport
    request: SubgraphRequest
    done: Done[Reply]
    retries: int  # left
    backoff: Backoff
    timeouts: bool  # whether to retry after them
    delays: Iterator[float] | None = None
    current: InFlight | None = None
    timer: asyncio.TimerHandle | None = None

    def send(self) -> None:
        self.timer = None
        self.current = self.inner.start(self.request, self.ended)

    def cancel(self) -> None:
        self.retries = 0
        if self.current is not None:
            self.current.cancel()
        elif self.timer is not None:
            self.timer.cancel()
            self.timer = None
            asyncio.get_running_loop().call_soon(self.done, asyncio.CancelledError())

    def ended(self, outcome: Reply | BaseException) -> None:
        self.current = None  # which refers to this object: without a cycle the reply is freed immediately
        if not (self.retries and isinstance(outcome, TransportError) and self.may_retry(outcome)):
            self.done(outcome)
            return
        self.retries -= 1
        if self.delays is None:
            self.delays = self.backoff.delays()
        self.timer = asyncio.get_running_loop().call_later(next(self.delays), self.send)

    def may_retry(self, error: TransportError) -> bool:
        return error.retryable or (self.timeouts and isinstance(error, SubgraphTimeout))
