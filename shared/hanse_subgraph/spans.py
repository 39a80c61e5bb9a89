"""Spans of a subgraph's operations and of the events it handles, sent by OTLP over HTTP. Imported where tracing is on.

An event carries the trace of the change that it tells of (CloudEvents, Distributed Tracing extension), so that what
consumers make of it is seen in the same trace. Nothing of a variable, a token or an event's data goes into a span.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.execution import Reply
from hanse_subgraph.tracing import traceparent

EXPORT_SECONDS = 5.0
TRACES = "/v1/traces"  # where a collector takes them
CONTEXT = TraceContextTextMapPropagator()


class Spans:
    """Makes the spans of one subgraph. They wait in a bounded queue for a thread of their own, or are dropped."""

    def __init__(self, subgraph: str, url: str, *, sample_ratio: float) -> None:
        """`url` is the collector's; of the traces that begin here, so many are kept."""
        place = url.rstrip("/")
        exporter = OTLPSpanExporter(place if place.endswith(TRACES) else place + TRACES, timeout=EXPORT_SECONDS)
        self._subgraph = subgraph
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(sample_ratio)),
            resource=Resource.create({"service.name": f"hanse-{subgraph}"}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("hanse.subgraph")

    @contextmanager
    def operation(self, kind: str, name: str | None, headers: Mapping[str, str]) -> Iterator[OperationSpan]:
        """The span of an operation that the router sent."""
        attributes = {"hanse.subgraph": self._subgraph, "graphql.operation.type": kind}
        if name is not None:
            attributes["graphql.operation.name"] = name
        with self._span(f"{kind} {name}" if name else kind, SpanKind.SERVER, headers, attributes) as span:
            yield OperationSpan(span)

    @contextmanager
    def event(self, event: Event) -> Iterator[None]:
        """The span of an event's handling, in the trace of what it tells of."""
        carried = {"traceparent": event.traceparent} if event.traceparent else {}
        attributes = {"hanse.subgraph": self._subgraph, "hanse.event.type": event.type, "hanse.event.id": event.id}
        with self._span(f"handle {event.type}", SpanKind.CONSUMER, carried, attributes) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    async def close(self) -> None:
        """Send what waits, and end; within seconds, whether the collector is there or not."""
        await asyncio.to_thread(self._provider.shutdown)

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind, carried: Mapping[str, str], attributes: dict[str, str]
    ) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name,
            context=CONTEXT.extract(carried),
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            current: dict[str, str] = {}
            CONTEXT.inject(current)
            token = traceparent.set(current.get("traceparent"))
            try:
                yield span
            finally:
                traceparent.reset(token)


class OperationSpan:
    """The span of one operation."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def answered(self, reply: Reply) -> None:
        """Note the codes of the reply's errors."""
        if not self._span.is_recording() or b'"errors"' not in reply.body:
            return
        errors: list[dict[str, Any]] = orjson.loads(reply.body).get("errors", [])
        if codes := sorted({str(error.get("extensions", {}).get("code")) for error in errors}):
            self._span.set_attribute("hanse.error.codes", codes)
            self._span.set_status(StatusCode.ERROR)
