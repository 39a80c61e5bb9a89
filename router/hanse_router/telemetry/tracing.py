"""Trace context carried from clients to subgraphs (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Trace:
    """The trace that one client request belongs to: the client's own, or a new one."""

    __slots__ = ("_state", "flags", "id")

    def __init__(self, headers: Mapping[str, str]) -> None:
        match = _PARENT.fullmatch(headers.get(TRACEPARENT, ""))
        if match is not None and _is_valid(match):
            self.id, self.flags = match[2], match[4]
            self._state = headers.get(TRACESTATE)
        else:
            self.id, self.flags = secrets.token_hex(16), "01"
            self._state = None  # it belongs to the trace that was not understood

    def child(self) -> dict[str, str]:
        """The headers of one request to a subgraph: a span of its own in this trace."""
        headers = {TRACEPARENT: f"00-{self.id}-{secrets.token_hex(8)}-{self.flags}"}
        if self._state is not None:
            headers[TRACESTATE] = self._state
        return headers


def _is_valid(match: re.Match[str]) -> bool:
    version, trace, parent, _, rest = match.groups()
    return version != "ff" and (version != "00" or rest is None) and int(trace, 16) != 0 and int(parent, 16) != 0
