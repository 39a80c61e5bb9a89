"""Traces requests: one span for each, whose context is sent to the subgraph."""

from __future__ import annotations

from functools import partial

import msgspec

from hanse_router.in_flight import Done, InFlight
from hanse_router.telemetry.fetch_tracing import FetchSpan, FetchTracing
from hanse_router.transports.errors import TransportError
from hanse_router.transports.middleware.base import Context, Wrapper
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport


def trace(inner: Transport, context: Context) -> Transport:
    """Trace requests where tracing is on."""
    return inner if context.tracing is None else TracingTransport(inner, context.subgraph, context.tracing)


class TracingTransport(Wrapper):
    """A transport with a span for each request. Subscriptions have none."""

    def __init__(self, inner: Transport, subgraph: str, tracing: FetchTracing) -> None:
        super().__init__(inner)
        self._subgraph = subgraph
        self._tracing = tracing

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        span = self._tracing.start_fetch(self._subgraph, request.kind)
        if span is None:
            return self._inner.start(request, done)
        traced = msgspec.structs.replace(request, headers={**request.headers, **span.headers})
        return self._inner.start(traced, partial(_ended, span, done))


def _ended(span: FetchSpan, done: Done[Reply], outcome: Reply | BaseException) -> None:
    span.end(outcome.code if isinstance(outcome, TransportError) else None)
    done(outcome)
