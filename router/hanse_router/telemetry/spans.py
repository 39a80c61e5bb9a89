"""Spans of operations and of their fetches. Import it only where tracing is on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from opentelemetry.trace import Span, SpanKind

from hanse_router.errors import RouterError
from hanse_router.operation_kind import OperationKind
from hanse_router.settings import TelemetrySettings
from hanse_router.transports.errors import TransportError
from hanse_router.transports.protocol import SubgraphRequest, Transport
from hanse_wire.spans import (
    OPERATION_NAME,
    OPERATION_TYPE,
    SUBGRAPH,
    Tracing,
    has_current_span,
    inject_trace_context,
    record_errors,
)

_CLIENT = {"hanse.client.name": "client-name", "hanse.client.version": "client-version"}
_MAX_NAME = 100  # characters of what the client gives


class Spans:
    """Makes the spans of one router."""

    def __init__(self, settings: TelemetrySettings) -> None:
        assert settings.otlp_url is not None
        self._tracing = Tracing("hanse-router", settings.otlp_url, sample_ratio=settings.sample_ratio)

    @contextmanager
    def operation(self, kind: OperationKind, name: str | None, headers: Mapping[str, str]) -> Iterator[OperationSpan]:
        """The span of a client's operation, in the client's trace if there is one."""
        attributes = {OPERATION_TYPE: kind.value}
        if name is not None:
            attributes[OPERATION_NAME] = name[:_MAX_NAME]
        for attribute, header in _CLIENT.items():
            value = headers.get(f"apollographql-{header}") or headers.get(f"graphql-{header}")
            if value is not None:
                attributes[attribute] = value[:_MAX_NAME]
        title = f"{kind.value} {name[:_MAX_NAME]}" if name else kind.value
        with self._tracing.span(title, SpanKind.SERVER, attributes, parent=headers) as span:
            try:
                yield OperationSpan(span)
            except RouterError as error:
                record_errors(span, [error.error_code])
                raise

    def traced(self, transport: Transport, subgraph: str) -> Transport:
        """The transport with a span for each request."""
        return _TracedTransport(transport, subgraph, self)

    @contextmanager
    def fetch(self, subgraph: str, request: SubgraphRequest) -> Iterator[SubgraphRequest]:
        """The span of a request to a subgraph, and the request with the span's trace context.

        There is no span outside of an operation.
        """
        if not has_current_span():
            yield request
            return
        attributes = {SUBGRAPH: subgraph, OPERATION_TYPE: request.kind.value}
        with self._tracing.span(f"fetch {subgraph}", SpanKind.CLIENT, attributes) as span:
            headers = dict(request.headers)
            inject_trace_context(headers)
            try:
                yield msgspec.structs.replace(request, headers=headers)
            except TransportError as error:
                record_errors(span, [error.code])
                raise

    async def close(self) -> None:
        """Export the spans that wait; takes a few seconds at most, whether the collector responds or not."""
        await self._tracing.close()


class OperationSpan:
    """The span of one operation."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def completed(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Record the codes of the response's errors."""
        if self._span.is_recording():
            record_errors(self._span, [str(error.get("extensions", {}).get("code")) for error in errors])


class _TracedTransport:
    def __init__(self, transport: Transport, subgraph: str, spans: Spans) -> None:
        self._transport = transport
        self._subgraph = subgraph
        self._spans = spans

    async def send(self, request: SubgraphRequest) -> bytes:
        with self._spans.fetch(self._subgraph, request) as traced:
            return await self._transport.send(traced)

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        return self._transport.stream(request)

    async def close(self) -> None:
        await self._transport.close()
