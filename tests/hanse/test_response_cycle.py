"""Head and body of a response leave together; what uvicorn refuses or adds stays as it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

from hanse.http_protocol import HttpProtocol
from hanse.response_cycle import ResponseCycle

App = Callable[[Any, Any, Any], Awaitable[None]]
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


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


class Written(asyncio.Transport):
    """A transport that keeps what is written, one entry a call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.calls.append(bytes(data))

    def close(self) -> None:
        self.calls.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.calls


def cycle(method: str = "POST", *, keep_alive: bool = True) -> tuple[ResponseCycle, Written]:
    """A request that was received, and what its response writes."""
    written, log = Written(), logging.getLogger("tests")
    scope: Any = {"type": "http", "method": method}
    event, headers = asyncio.Event(), [(b"date", b"today")]
    made = ResponseCycle(
        scope, written, FlowControl(written), log, log, False, headers, event, False, keep_alive, lambda: None
    )
    return made, written


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def test_a_whole_response_is_one_write() -> None:
    response, written = cycle()
    await response.send(start((b"content-length", b"4")))
    await response.send(body(b"data"))
    assert written.calls == [b"HTTP/1.1 200 OK\r\ndate: today\r\ncontent-length: 4\r\n\r\ndata"]
    assert response.response_complete
    with pytest.raises(RuntimeError, match="already completed"):
        await response.send(body(b"more"))


async def test_a_body_in_parts_follows_its_head() -> None:
    response, written = cycle()
    await response.send(start((b"content-length", b"4")))
    await response.send(body(b"da", more=True))
    assert not response.response_complete
    await response.send(body(b"ta"))
    assert b"".join(written.calls).endswith(b"content-length: 4\r\n\r\ndata")
    assert response.response_complete


async def test_a_whole_body_may_be_followed_by_its_end() -> None:
    response, written = cycle()
    await response.send(start((b"content-length", b"4")))
    await response.send(body(b"data", more=True))
    assert not response.response_complete
    await response.send(body(b""))
    assert b"".join(written.calls).endswith(b"content-length: 4\r\n\r\ndata")
    assert response.response_complete


async def test_messages_in_another_order_are_an_error() -> None:
    response, _ = cycle()
    with pytest.raises(RuntimeError, match=r"http\.response\.start"):
        await response.send(body(b"data"))


async def test_a_connection_that_ends_says_so() -> None:
    response, written = cycle(keep_alive=False)
    await response.send(start((b"content-length", b"4")))
    await response.send(body(b"data"))
    assert b"\r\nconnection: close\r\n" in written.calls[0]
    assert written.calls[-1] == b"closed"


async def test_a_server_that_stops_after_the_head_closes_the_connection() -> None:
    response, written = cycle()
    await response.send(start((b"content-length", b"4")))
    response.keep_alive = False
    await response.send(body(b"data"))
    assert written.calls[-1] == b"closed"


async def test_nothing_is_written_to_a_client_that_left_after_the_head() -> None:
    response, written = cycle()
    await response.send(start((b"content-length", b"4")))
    response.disconnected = True
    await response.send(body(b"data"))
    assert written.calls == []


async def test_a_head_request_gets_no_body() -> None:
    response, written = cycle("HEAD")
    await response.send(start((b"content-length", b"4")))
    await response.send(body(b""))
    assert b"".join(written.calls).endswith(b"content-length: 4\r\n\r\n")


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b=c", b"a\nb", b"a\rb", b"a\x00b"])
async def test_a_header_cannot_add_another(value: bytes) -> None:
    response, written = cycle()
    with pytest.raises(RuntimeError, match="header value"):
        await response.send(start((b"content-length", b"4"), (b"x-from-a-subgraph", value)))
    assert written.calls == []


@pytest.mark.parametrize("length", [b"3", b"5"])
async def test_a_body_of_another_length_is_an_error(length: bytes) -> None:
    response, _ = cycle()
    await response.send(start((b"content-length", length)))
    with pytest.raises(RuntimeError, match="Content-Length"):
        await response.send(body(b"data"))
