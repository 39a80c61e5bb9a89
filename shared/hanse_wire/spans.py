"""OpenTelemetry spans, exported by OTLP over HTTP. Needs the extra `otlp`: import it only where tracing is on.

Spans wait in a bounded queue for a thread of their own, or are dropped. Attributes follow OpenTelemetry's semantic
conventions where there are any; ours start with `hanse.`. No variable, token, document or event data goes into a span.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# GraphQL's conventions are not stable: OpenTelemetry publishes no constants for them yet.
OPERATION_TYPE = "graphql.operation.type"
OPERATION_NAME = "graphql.operation.name"
SUBGRAPH = "hanse.subgraph"
ERROR_CODES = "hanse.error.codes"

_EXPORT_TIMEOUT_SECONDS = 5.0
_TRACES_PATH = "/v1/traces"
_propagator = TraceContextTextMapPropagator()


class Tracing:
    """Makes the spans of one service, and exports them to a collector."""

    def __init__(self, service: str, url: str, *, sample_ratio: float) -> None:
        """`url` is the collector's. `sample_ratio` is the share (0 to 1) of the traces started here that are kept."""
        base = url.rstrip("/")
        endpoint = base if base.endswith(_TRACES_PATH) else base + _TRACES_PATH
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(sample_ratio)),
            resource=Resource.create({SERVICE_NAME: service}),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint, timeout=_EXPORT_TIMEOUT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("hanse")

    @contextmanager
    def span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str], *, parent: Mapping[str, str] | None = None
    ) -> Iterator[Span]:
        """A span, the current one inside of the block. `parent` are headers with the trace context of its parent.

        Without `parent`, the current span is the parent.
        """
        with self._tracer.start_as_current_span(
            name,
            context=_extract(parent),
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span

    def start_span(self, name: str, kind: SpanKind, attributes: Mapping[str, str]) -> Span:
        """A span below the current one that does not become the current one. The caller ends it."""
        return self._tracer.start_span(name, kind=kind, attributes=attributes)

    async def close(self) -> None:
        """Export the spans that wait; takes a few seconds at most, whether the collector responds or not."""
        await asyncio.to_thread(self._provider.shutdown)


def inject_trace_context(headers: MutableMapping[str, str], span: Span | None = None) -> None:
    """Add the headers `traceparent` and `tracestate` of a span; without one, of the current span."""
    _propagator.inject(headers, None if span is None else set_span_in_context(span))


def has_current_span() -> bool:
    """Whether there is a current span."""
    return get_current_span().get_span_context().is_valid


def record_errors(span: Span, codes: Iterable[str]) -> None:
    """Mark a span as failed with the codes of its errors. Does nothing without codes."""
    if span.is_recording() and (unique := sorted(set(codes))):
        span.set_attribute(ERROR_CODES, unique)
        span.set_attribute(ERROR_TYPE, unique[0])
        span.set_status(StatusCode.ERROR)


def _extract(parent: Mapping[str, str] | None) -> Context | None:
    return None if parent is None else _propagator.extract(parent)
