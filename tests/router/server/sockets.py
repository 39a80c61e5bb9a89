"""A WebSocket client of the router in process."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import orjson

from tests.router.platform import Platform

MODERN = "graphql-transport-ws"
LEGACY = "graphql-ws"


class Closed(Exception):
    """The router has closed."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Socket:
    """One connection; pings and keep-alives are passed over by `receive`."""

    def __init__(
        self, platform: Platform, *subprotocols: str, headers: dict[str, str] | None = None, blocked: bool = False
    ) -> None:
        self._platform = platform
        self._scope = {
            "type": "websocket",
            "path": "/graphql",
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
            "subprotocols": subprotocols or (MODERN,),
            "client": ("10.1.1.1", 5000),
        }
        self._to_router: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_router: asyncio.Queue[Any] = asyncio.Queue()
        self.reading = asyncio.Event()
        if not blocked:
            self.reading.set()
        self.subprotocol: str | None = None

    async def __aenter__(self) -> Self:
        self._to_router.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._platform.router(self._scope, self._to_router.get, self._take))
        accept = await asyncio.wait_for(self._from_router.get(), 5)
        self.subprotocol = accept["subprotocol"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reading.set()
        self._to_router.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, 5)

    async def _take(self, message: Any) -> None:
        if message["type"] != "websocket.accept":
            await self.reading.wait()
        self._from_router.put_nowait(message)

    def text(self, text: str) -> None:
        """Send any text."""
        self._to_router.put_nowait({"type": "websocket.receive", "text": text})

    def send(self, **message: Any) -> None:
        """Send a message."""
        self.text(orjson.dumps(message).decode())

    async def raw(self) -> Any:
        """The next message, whatever it is. Raises Closed."""
        message = await asyncio.wait_for(self._from_router.get(), 5)
        if message["type"] == "websocket.close":
            raise Closed(message["code"], message["reason"])
        return orjson.loads(message["text"])

    async def receive(self) -> Any:
        """The next message that is no keep-alive. Raises Closed."""
        while (message := await self.raw())["type"] in ("ping", "ka"):
            pass
        return message

    async def closed(self) -> Closed:
        """How the router closes, after whatever it still sends."""
        try:
            while True:
                await self.raw()
        except Closed as closed:
            return closed

    async def init(self, payload: Any = None) -> None:
        """Shake hands."""
        self.send(type="connection_init", **({} if payload is None else {"payload": payload}))
        assert (await self.receive())["type"] == "connection_ack"

    async def run(self, query: str, key: str = "1", start: str = "subscribe", **more: Any) -> list[Any]:
        """The messages of one operation."""
        self.send(type=start, id=key, payload={"query": query, **more})
        messages = [await self.receive()]
        while messages[-1]["type"] not in ("complete", "error"):
            messages.append(await self.receive())
        return messages
