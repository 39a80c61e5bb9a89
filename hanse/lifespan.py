"""Around the lifespan of an ASGI application: what starts before it and stops after it, and why it would not start."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hanse_subgraph.config import ConfigError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Surrounded:
    """An ASGI application, with `start` awaited before its own start-up and `stop` after its own shutdown.

    Where `start` fails, the application never starts and the server is told the reason.
    """

    def __init__(
        self, app: AsgiApp, *, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]
    ) -> None:
        self._app = app
        self._start = start
        self._stop = stop

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def start_before() -> Message:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start()
            return message

        async def stop_after(message: Message) -> None:
            if message["type"] in ("lifespan.shutdown.complete", "lifespan.startup.failed"):
                await self._stop()
            await send(message)

        await self._app(scope, start_before, stop_after)


class Refusing:
    """An ASGI application that refuses to start in one line, `refusal`, where a setting is wrong, not with a trace.

    It says so by raising ConfigError, or by the message of its failure.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.refusal = ""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold_failure(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                held.append(message)  # the trace of what is raised next
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold_failure)
        except ConfigError as error:
            self.refusal = str(error)
        else:
            self.refusal = next((str(message.get("message", "")) for message in held), "")
        if self.refusal:
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it is told by `refusal`
            held = [{"type": "lifespan.startup.failed"}]
        for message in held:
            await send(message)
