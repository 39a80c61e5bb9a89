"""Trace context in headers and events, without OpenTelemetry (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
TRACE_HEADERS = frozenset({TRACEPARENT, TRACESTATE})

current_traceparent: ContextVar[str | None] = ContextVar("current_traceparent", default=None)
"""The `traceparent` of the current span, for the events that are written in it; None where tracing is off."""

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Trace:
    """The trace of one client request: the client's own, or a new one."""

    __slots__ = ("_state", "flags", "id")

    def __init__(self, headers: Mapping[str, str]) -> None:
        match = _PARENT.fullmatch(headers.get(TRACEPARENT, ""))
        if match is not None and _is_valid(match):
            self.id, self.flags = match[2], match[4]
            self._state = headers.get(TRACESTATE)
        else:
            self.id, self.flags = secrets.token_hex(16), "01"
            self._state = None  # it belongs to the trace that is not valid

    def child(self) -> dict[str, str]:
        """The headers of one request to a subgraph: a new span of this trace."""
        headers = {TRACEPARENT: f"00-{self.id}-{secrets.token_hex(8)}-{self.flags}"}
        if self._state is not None:
            headers[TRACESTATE] = self._state
        return headers


def _is_valid(match: re.Match[str]) -> bool:
    version, trace, parent, _, rest = match.groups()
    return version != "ff" and (version != "00" or rest is None) and int(trace, 16) != 0 and int(parent, 16) != 0
