"""Spans of a subgraph's operations and of the events that it handles. Import it only where tracing is on.

An event carries the trace context of the change that it is about (CloudEvents, Distributed Tracing extension), so that
its handling is in the same trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.execution import Reply
from hanse_wire.json_codec import decode_json
from hanse_wire.spans import OPERATION_NAME, OPERATION_TYPE, SUBGRAPH, Tracing, inject_trace_context, record_errors
from hanse_wire.trace_context import TRACEPARENT, current_traceparent


class Spans:
    """Makes the spans of one subgraph."""

    def __init__(self, subgraph: str, url: str, *, sample_ratio: float) -> None:
        """`url` is the collector's. `sample_ratio` is the share (0 to 1) of the traces started here that are kept."""
        self._subgraph = subgraph
        self._tracing = Tracing(f"hanse-{subgraph}", url, sample_ratio=sample_ratio)

    @contextmanager
    def operation(self, kind: str, name: str | None, headers: Mapping[str, str]) -> Iterator[OperationSpan]:
        """The span of an operation that the router sent."""
        attributes = {SUBGRAPH: self._subgraph, OPERATION_TYPE: kind}
        if name is not None:
            attributes[OPERATION_NAME] = name
        with self._span(f"{kind} {name}" if name else kind, SpanKind.SERVER, attributes, headers) as span:
            yield OperationSpan(span)

    @contextmanager
    def event(self, event: Event) -> Iterator[None]:
        """The span of an event's handling, in the trace of the change that the event is about."""
        parent = {TRACEPARENT: event.traceparent} if event.traceparent else {}
        attributes = {SUBGRAPH: self._subgraph, "hanse.event.type": event.type, "hanse.event.id": event.id}
        with self._span(f"handle {event.type}", SpanKind.CONSUMER, attributes, parent) as span:
            try:
                yield
            except Exception as error:
                record_errors(span, [type(error).__name__])
                raise

    async def close(self) -> None:
        """Export the spans that wait; takes a few seconds at most, whether the collector responds or not."""
        await self._tracing.close()

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str], parent: Mapping[str, str]
    ) -> Iterator[Span]:
        with self._tracing.span(name, kind, attributes, parent=parent) as span:
            carried: dict[str, str] = {}
            inject_trace_context(carried)
            token = current_traceparent.set(carried.get(TRACEPARENT))
            try:
                yield span
            finally:
                current_traceparent.reset(token)


class OperationSpan:
    """The span of one operation."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def answered(self, reply: Reply) -> None:
        """Record the codes of the reply's errors."""
        if self._span.is_recording() and b'"errors"' in reply.body:
            errors = decode_json(reply.body).get("errors", [])
            record_errors(self._span, [str(error.get("extensions", {}).get("code")) for error in errors])
