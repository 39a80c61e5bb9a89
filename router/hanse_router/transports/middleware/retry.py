"""Retries failed queries with backoff. Mutations and uploads are sent once: a second attempt could act twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from hanse_router.in_flight import Done, InFlight
from hanse_router.operation_kind import OperationKind
from hanse_router.transports.errors import TransportError
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
        self._backoff = Backoff(options.backoff, options.backoff_limit)

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        if request.kind is not OperationKind.QUERY or request.files:
            return self._inner.start(request, done)
        attempts = _Attempts(self._inner, request, done, self._retries, self._backoff)
        attempts.send()
        return attempts


class _Attempts:
    """The attempts of one request."""

    __slots__ = ("_backoff", "_current", "_delays", "_done", "_inner", "_request", "_retries", "_timer")

    def __init__(
        self, inner: Transport, request: SubgraphRequest, done: Done[Reply], retries: int, backoff: Backoff
    ) -> None:
        self._inner = inner
        self._request = request
        self._done = done
        self._retries = retries  # left
        self._backoff = backoff
        self._delays: Iterator[float] | None = None
        self._current: InFlight | None = None
        self._timer: asyncio.TimerHandle | None = None

    def send(self) -> None:
        self._timer = None
        self._current = self._inner.start(self._request, self._ended)

    def cancel(self) -> None:
        self._retries = 0
        if self._current is not None:
            self._current.cancel()
        elif self._timer is not None:
            self._timer.cancel()
            self._timer = None
            asyncio.get_running_loop().call_soon(self._done, asyncio.CancelledError())

    def _ended(self, outcome: Reply | BaseException) -> None:
        self._current = None  # which refers to this object: without a cycle the reply is freed at once
        if not (isinstance(outcome, TransportError) and outcome.retryable and self._retries):
            self._done(outcome)
            return
        self._retries -= 1
        if self._delays is None:
            self._delays = self._backoff.delays()
        self._timer = asyncio.get_running_loop().call_later(next(self._delays), self.send)
