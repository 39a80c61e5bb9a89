"""Request ids: one for each request of a client, in the logs and headers of the router and of every subgraph."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

HEADER = "x-request-id"
RAW_HEADER = b"x-request-id"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that the current task works for; empty outside of a request."""

_VALID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}").fullmatch
_PREFIX = secrets.token_hex(6)  # of this process: ids are unique among processes
_numbers = itertools.count(1)

Message = MutableMapping[str, Any]
App = Callable[[Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def accept(given: str | None) -> str:
    """The id that a client gave, if it is short and harmless; else a new one. It becomes that of the current task."""
    chosen = given if given is not None and _VALID(given) else f"{_PREFIX}-{next(_numbers):x}"
    request_id.set(chosen)
    return chosen


class RequestIds:
    """ASGI middleware: takes the request id of each HTTP request and WebSocket, and returns it in the response."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == RAW_HEADER), None)
        header = (RAW_HEADER, accept(given.decode("latin-1") if given is not None else None).encode("ascii"))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self._app(scope, receive, send_with_id)
