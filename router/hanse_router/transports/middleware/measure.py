"""Measures requests: counts them by outcome, and times them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from time import perf_counter

from hanse_router.in_flight import Done, InFlight
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.errors import TransportError
from hanse_router.transports.middleware.base import Context, Wrapper
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport


def measure(inner: Transport, context: Context) -> Transport:
    """Measure requests where there are metrics."""
    return inner if context.metrics is None else MeasuringTransport(inner, context.subgraph, context.metrics)


class MeasuringTransport(Wrapper):
    """A transport whose requests are counted and timed; of subscriptions only the outcome is counted."""

    def __init__(self, inner: Transport, subgraph: str, metrics: Metrics) -> None:
        super().__init__(inner)
        self._seconds = metrics.fetch_seconds.labels(subgraph)
        self._ok = metrics.fetches.labels(subgraph, "ok")
        self._failed = metrics.fetches.labels(subgraph, "failed")

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        started = perf_counter()

        def ended(outcome: Reply | BaseException) -> None:
            self._seconds.observe(perf_counter() - started)
            if isinstance(outcome, bytes):
                self._ok.value += 1
            elif isinstance(outcome, TransportError):
                self._failed.inc()
            done(outcome)

        return self._inner.start(request, ended)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        events = self._inner.stream(request)
        try:
            async with aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    yield event
        except TransportError:
            self._failed.inc()
            raise
        self._ok.inc()
