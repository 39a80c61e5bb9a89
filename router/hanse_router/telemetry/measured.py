"""A transport whose requests are counted and timed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from time import perf_counter

from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.errors import TransportError
from hanse_router.transports.prompt import Done, Outcome, UnderWay, prompt
from hanse_router.transports.protocol import SubgraphRequest, Transport


class MeasuredTransport:
    """Another transport, measured."""

    def __init__(self, transport: Transport, subgraph: str, metrics: Metrics) -> None:
        self._transport = transport
        self._begin = prompt(transport)
        self._seconds = metrics.fetch_seconds.labels(subgraph)
        self._ok = metrics.fetches.labels(subgraph, "ok")
        self._failed = metrics.fetches.labels(subgraph, "failed")

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport."""
        began = perf_counter()
        try:
            reply = await self._transport.send(request)
        except TransportError:
            self._failed.inc()
            raise
        finally:
            self._seconds.observe(perf_counter() - began)
        self._ok.inc()
        return reply

    def begin(self, request: SubgraphRequest, done: Done) -> UnderWay | None:
        """See Begin."""
        if self._begin is None:
            return None
        began = perf_counter()

        def ended(outcome: Outcome) -> None:
            self._seconds.observe(perf_counter() - began)
            if isinstance(outcome, bytes):
                self._ok.inc()
            elif isinstance(outcome, TransportError):
                self._failed.inc()
            done(outcome)

        return self._begin(request, ended)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport."""
        events = self._transport.stream(request)
        try:
            async with aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    yield event
        except TransportError:
            self._failed.inc()
            raise
        self._ok.inc()

    async def close(self) -> None:
        """See Transport."""
        await self._transport.close()
