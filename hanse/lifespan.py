"""The lifespan of an ASGI application: what starts before it and stops after it, and errors at its start."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hanse.extras import missing_extra
from hanse_wire.settings import SettingsError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class StartAndStop:
    """An ASGI application, with `start` awaited before its own start-up and `stop` after its own shutdown.

    When `start` fails, the application does not start.
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


class StartupError:
    """An ASGI application. When it does not start because a setting is wrong, `message` says why in one line.

    Such an error is a SettingsError, a missing extra, or the message of `lifespan.startup.failed`.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.message = ""

    def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection, or the lifespan."""
        if scope["type"] == "lifespan":
            return self._live(scope, receive, send)
        return self._app(scope, receive, send)  # without a coroutine between the server and the application

    async def _live(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        failed: list[Message] = []

        async def hold_failure(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                failed.append(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold_failure)
        except SettingsError as error:
            self.message = str(error)
        except ModuleNotFoundError as error:
            if (needed := missing_extra(error, "this configuration")) is None:
                raise
            self.message = needed
        else:
            self.message = next((str(message.get("message", "")) for message in failed), "")
        if self.message:
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # `message` says it, without a traceback
            failed = [{"type": "lifespan.startup.failed"}]
        for message in failed:
            await send(message)
