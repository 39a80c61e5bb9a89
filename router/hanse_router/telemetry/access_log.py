"""The access log: one entry per request. Never a token, a variable or a document."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from hanse_wire.logging import ACCESS

_log = logging.getLogger(ACCESS)


class AccessLog:
    """Writes an entry for each request to the logger `hanse.access`, with structured fields."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def write(
        self,
        scope: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        status: int,
        seconds: float,
        operation: str | None = None,
        code: str | None = None,
    ) -> None:
        """Write the entry of one request. The URL's query string is left out, since it may hold variables."""
        method, path = scope.get("method", "WEBSOCKET"), scope["path"]
        fields = {
            "client": (scope.get("client") or ("-",))[0],
            "method": method,
            "path": path,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "operation": operation,
            "code": code,
            "client_name": headers.get("apollographql-client-name") or headers.get("graphql-client-name"),
        }
        extra = {name: value for name, value in fields.items() if value is not None}
        _log.info("%s %s %s", method, path, status, extra=extra)
