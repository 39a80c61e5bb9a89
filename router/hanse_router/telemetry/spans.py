"""Spans of operations and of their fetches, sent by OTLP over HTTP. Imported only where tracing is on.

Specifications: https://opentelemetry.io/docs/specs/otlp/, https://www.w3.org/TR/trace-context/
Nothing of a variable, a token or a document goes into a span.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from hanse_router.errors import RouterError
from hanse_router.operation_kind import OperationKind
from hanse_router.settings import TelemetrySettings
from hanse_router.transports.errors import TransportError
from hanse_router.transports.protocol import SubgraphRequest, Transport

_TRACES = "/v1/traces"  # where a collector takes them
_EXPORT_SECONDS = 5.0
_CLIENT = {"hanse.client.name": "client-name", "hanse.client.version": "client-version"}
_MAX_NAME = 100  # characters
_context = TraceContextTextMapPropagator()


class Spans:
    """Makes the spans of one router. They wait in a bounded queue for a thread of their own, or are dropped."""

    def __init__(self, settings: TelemetrySettings) -> None:
        assert settings.otlp_url is not None
        url = settings.otlp_url.rstrip("/")
        exporter = OTLPSpanExporter(url if url.endswith(_TRACES) else url + _TRACES, timeout=_EXPORT_SECONDS)
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(settings.sample_ratio)),
            resource=Resource.create({"service.name": "hanse-router"}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("hanse.router")

    @contextmanager
    def operation(self, kind: OperationKind, name: str | None, headers: Mapping[str, str]) -> Iterator[OperationSpan]:
        """The span of a client's operation, in the client's trace if there is one."""
        attributes = {"graphql.operation.type": kind.value}
        if name is not None:
            attributes["graphql.operation.name"] = name[:_MAX_NAME]
        for attribute, header in _CLIENT.items():
            value = headers.get(f"apollographql-{header}") or headers.get(f"graphql-{header}")
            if value is not None:
                attributes[attribute] = value[:_MAX_NAME]
        with self._tracer.start_as_current_span(
            f"{kind.value} {name[:_MAX_NAME]}" if name else kind.value,
            context=_context.extract(headers),
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield OperationSpan(span)
            except RouterError as error:
                _failed(span, [error.error_code])
                raise

    def traced(self, transport: Transport, subgraph: str) -> Transport:
        """The transport with a span for each request."""
        return _TracedTransport(transport, subgraph, self)

    @contextmanager
    def fetch(self, subgraph: str, request: SubgraphRequest) -> Iterator[SubgraphRequest]:
        """The span of a request to a subgraph, which is told of it. Outside of an operation there is none."""
        if not get_current_span().get_span_context().is_valid:
            yield request
            return
        with self._tracer.start_as_current_span(
            f"fetch {subgraph}",
            kind=SpanKind.CLIENT,
            attributes={"hanse.subgraph": subgraph, "graphql.operation.type": request.kind.value},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            headers = dict(request.headers)
            _context.inject(headers)
            try:
                yield msgspec.structs.replace(request, headers=headers)
            except TransportError as error:
                _failed(span, [error.code])
                raise

    async def close(self) -> None:
        """Send what waits, and end; within seconds, whether the collector is there or not."""
        await asyncio.to_thread(self._provider.shutdown)


class OperationSpan:
    """The span of one operation."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def completed(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Record the codes of the response's errors."""
        if self._span.is_recording():
            codes = sorted({str(error.get("extensions", {}).get("code")) for error in errors})
            if codes:
                _failed(self._span, codes)


class _TracedTransport:
    def __init__(self, transport: Transport, subgraph: str, spans: Spans) -> None:
        self._transport = transport
        self._subgraph = subgraph
        self._spans = spans

    async def send(self, request: SubgraphRequest) -> bytes:
        with self._spans.fetch(self._subgraph, request) as told:
            return await self._transport.send(told)

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        return self._transport.stream(request)

    async def close(self) -> None:
        await self._transport.close()


def _failed(span: Span, codes: Sequence[str]) -> None:
    span.set_attribute("hanse.error.codes", codes)
    span.set_status(StatusCode.ERROR)
