"""Spans of operations and of their fetches. Import it only where tracing is on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import Span, SpanKind

from hanse_router.errors import RouterError
from hanse_router.operation_kind import OperationKind
from hanse_router.settings import TelemetrySettings
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

    def start_fetch(self, subgraph: str, kind: OperationKind) -> FetchSpan | None:
        if not has_current_span():
            return None
        attributes = {SUBGRAPH: subgraph, OPERATION_TYPE: kind.value}
        return FetchSpan(self._tracing.start_span(f"fetch {subgraph}", SpanKind.CLIENT, attributes))

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


class FetchSpan:
    """The span of one request to a subgraph."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self.headers: dict[str, str] = {}
        inject_trace_context(self.headers, span)

    def end(self, error_code: str | None) -> None:
        if error_code is not None:
            record_errors(self._span, [error_code])
        self._span.end()
