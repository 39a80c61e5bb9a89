"""One line per request on stderr, as text or JSON. Never a token, a variable or a document."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import orjson


class AccessLog:
    """Writes the lines."""

    def __init__(self, form: Literal["off", "text", "json"], out: TextIO | None = None) -> None:
        self.enabled = form != "off"
        self._json = form == "json"
        self._out = out

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
        """Write one request's line. The URL's query string is left out, since it may hold variables."""
        entry = {
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
            "client": (scope.get("client") or ("-",))[0],
            "method": scope.get("method", "WEBSOCKET"),
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 2),
            "operation": operation,
            "code": code,
            "client_name": headers.get("apollographql-client-name") or headers.get("graphql-client-name"),
        }
        if self._json:
            line = orjson.dumps({key: value for key, value in entry.items() if value is not None}).decode()
        else:
            line = (
                f"{entry['time']} {entry['client']} {entry['method']} {_plain(scope['path'])} {status} {entry['ms']}ms "
                f"{operation or '-'} {code or '-'}"
            )
        print(line, file=self._out or sys.stderr, flush=True)


def _plain(text: str) -> str:
    """Without what would break the line, or a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)
