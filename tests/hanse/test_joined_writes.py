"""Head and body of a response leave together; nothing waits for a body that comes later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from hanse.http_protocol import HttpProtocol
from hanse.joined_writes import JoinedWrites

App = Callable[[Any, Any, Any], Awaitable[None]]
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


class Noted(asyncio.Transport):
    """A transport that notes what reaches the system, one entry a call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.calls.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.calls.append(b"".join(list_of_data))

    def close(self) -> None:
        self.calls.append(b"closed")

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.calls.append(b"taken over")


async def test_two_writes_of_a_turn_are_one_call_and_a_lone_one_leaves_with_the_turn() -> None:
    noted = Noted()
    transport = JoinedWrites(noted, asyncio.get_running_loop())
    transport.write(b"head ")
    transport.write(b"body")
    assert noted.calls == [b"head body"]
    transport.write(b"alone")
    await asyncio.sleep(0)
    assert noted.calls == [b"head body", b"alone"]
    await asyncio.sleep(0)
    assert noted.calls == [b"head body", b"alone"]


async def test_what_was_written_leaves_before_the_end() -> None:
    noted = Noted()
    transport = JoinedWrites(noted, asyncio.get_running_loop())
    transport.write(b"last")
    transport.close()
    transport.write(b"first")
    transport.set_protocol(asyncio.Protocol())
    assert noted.calls == [b"last", b"closed", b"first", b"taken over"]


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client of the application."""
    config = uvicorn.Config(app, log_level="warning")
    server = await asyncio.get_running_loop().create_server(
        lambda: HttpProtocol(config=config, server_state=ServerState(), app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


async def test_a_stream_begins_before_its_first_event() -> None:
    go_on = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD)
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"event"})

    async with connected(app) as (reader, writer), asyncio.timeout(5):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        go_on.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"5\r\nevent\r\n0\r\n\r\n"


async def test_requests_sent_ahead_are_answered_in_their_order() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = scope["path"].encode()
        await send({**HEAD, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async with connected(app) as (reader, writer), asyncio.timeout(5):
        writer.write(b"".join(b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n" % number for number in range(3)))
        for number in range(3):
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(2) == b"/%d" % number
        writer.write(b"POST /up HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\nup")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(3) == b"/up"
