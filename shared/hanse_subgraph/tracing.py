"""The trace that a request or an event belongs to, as W3C trace context has it (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

from contextvars import ContextVar

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""Of the span that is under way here, so that events can carry it; None where tracing is off."""
