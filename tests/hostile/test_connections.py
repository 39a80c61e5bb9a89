"""Connections that never send what they began, send too much, or never read: within limits, and closed in time."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest

from hanse.open_connections import OpenConnections
from hanse_wire.server_settings import ServerSettings
from tests.hostile.probe import no_stall
from tests.hostile.servers import client, exchange, served, until

QUICK = ServerSettings(head_seconds=0.2, body_seconds=0.2, write_seconds=0.2, min_bytes_per_second=1_000_000)
GET = b"GET / HTTP/1.1\r\nhost: x\r\n"


class App:
    """Reads each body, and answers with its size."""

    def __init__(self) -> None:
        self.requests = 0
        self.gone = 0
        self.headers: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += 1
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gone += 1
                return
            size += len(message["body"])
            if not message["more_body"]:
                break
        self.headers = scope["headers"]
        body = b"%d" % size
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def refusal(answer: bytes) -> tuple[int, str]:
    """The status and the code of an error."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (GET + b"x: " + b"a" * 25_000_000, 431, "REQUEST_HEADERS_TOO_LARGE"),
        (b"GET /" + b"a" * 25_000_000, 431, "REQUEST_HEADERS_TOO_LARGE"),
        (GET + b"x: y\r\n" * 20_000 + b"\r\n", 431, "REQUEST_HEADERS_TOO_LARGE"),
        (GET + b"x: y\r\n" * 100 + b"\r\n", 431, "REQUEST_HEADERS_TOO_LARGE"),
        (b"\r\n" * 1_000_000, 431, "REQUEST_HEADERS_TOO_LARGE"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "BAD_REQUEST"),
        (GET + b"host: y\r\n\r\n", 400, "BAD_REQUEST"),
        (GET + b"Host: x\r\n\r\n", 400, "BAD_REQUEST"),
        (b"\x16\x03\x01\x02\x00\x01", 400, "BAD_REQUEST"),
        (GET + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, "BAD_REQUEST"),
    ],
    ids=["endless", "url", "20,000", "101", "empty lines", "no host", "two hosts", "same host twice", "tls", "smuggle"],
)
async def test_a_head_that_is_not_accepted(request_: bytes, status: int, code: str) -> None:
    app = App()
    async with no_stall(), served(app) as server:
        assert refusal(await exchange(server.port, request_)) == (status, code)
        assert app.requests == 0
        await until(lambda: not server.connections)


async def test_a_head_of_just_the_permitted_size() -> None:
    limits = ServerSettings(max_head_bytes=2_000)
    start = GET + b"connection: close\r\nx: "
    app = App()
    async with served(app, limits) as server:
        head = start + b"a" * (1_999 - len(start) - 4) + b"\r\n\r\n"
        assert (await exchange(server.port, head)).startswith(b"HTTP/1.1 200")
        assert refusal(await exchange(server.port, head.replace(b"x: ", b"x: bb"))) == (
            431,
            "REQUEST_HEADERS_TOO_LARGE",
        )


async def test_a_connection_is_closed_once_it_was_idle_too_long_but_not_during_a_request() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0.5)  # five times as long as a connection may be idle
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async with served(slow, ServerSettings(idle_seconds=0.1)) as server, client(server.port) as (reader, writer):
        for _ in range(2):
            writer.write(GET + b"\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.read() == b""
        await until(lambda: not server.connections)


async def test_an_old_client_needs_no_host() -> None:
    async with served(App()) as server:
        assert (await exchange(server.port, b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("begun", "code"),
    [
        (b"", None),
        (GET, "REQUEST_TIMEOUT"),
        (b"\r\n", "REQUEST_TIMEOUT"),
        (GET + b"content-length: 100\r\n\r\n1234", "REQUEST_TIMEOUT"),
        (GET + b"transfer-encoding: chunked\r\n\r\n5\r\nab", "REQUEST_TIMEOUT"),
    ],
    ids=["nothing", "half a head", "an empty line", "half a body", "half a chunk"],
)
async def test_half_a_request_is_not_waited_for(begun: bytes, code: str | None) -> None:
    app = App()
    async with served(app, QUICK) as server:
        answer = await exchange(server.port, begun)
        assert (refusal(answer)[1] if answer else None) == code
        await until(lambda: not server.connections)
        assert app.gone == app.requests


async def test_what_drips_is_not_waited_for() -> None:
    app = App()
    async with served(app, QUICK) as server:
        for begun in (GET + b"x: ", GET + b"content-length: 1000000\r\n\r\n"):
            async with client(server.port) as (reader, writer):
                writer.write(begun)
                reading = asyncio.create_task(reader.read())
                while not reading.done():
                    writer.write(b"a")
                    await asyncio.sleep(0.01)
                assert refusal(await reading) == (408, "REQUEST_TIMEOUT")
        await until(lambda: not server.connections)


async def test_a_body_that_is_sent_as_fast_as_asked_for_takes_its_time() -> None:
    limits = ServerSettings(body_seconds=0.3, min_bytes_per_second=2_000)
    async with served(App(), limits) as server, client(server.port) as (reader, writer):
        writer.write(GET + b"connection: close\r\ncontent-length: 20000\r\n\r\n")
        for _ in range(20):
            writer.write(b"a" * 1000)
            await asyncio.sleep(0.03)
        assert (await reader.read()).endswith(b"\r\n\r\n20000")


async def test_a_trailer_is_bounded_and_is_no_header_of_the_request() -> None:
    app = App()
    head = GET + b"connection: close\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    async with no_stall(), served(app) as server:
        answer = await exchange(server.port, head + b"authorization: stolen\r\n\r\n")
        assert answer.endswith(b"\r\n\r\n1")
        assert [name for name, _ in app.headers] == [b"host", b"connection", b"transfer-encoding"]
        answer = await exchange(server.port, head + b"x: " + b"a" * 2_000_000)
        assert refusal(answer) == (431, "REQUEST_HEADERS_TOO_LARGE")
        answer = await exchange(server.port, head.removesuffix(b"0\r\n") + b"1;" + b"a" * 2_000_000)
        assert refusal(answer) == (431, "REQUEST_HEADERS_TOO_LARGE")


async def test_requests_sent_ahead_are_bounded() -> None:
    app = App()
    async with no_stall(), served(app) as server:
        answer = await exchange(server.port, (GET + b"\r\n") * 10_000)
        assert answer.count(b"HTTP/1.1 200") == app.requests == 17
        await until(lambda: not server.connections)


async def test_a_body_after_the_response_is_not_read_forever() -> None:
    async def early(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async with served(early, QUICK) as server, client(server.port) as (reader, writer):
        writer.write(GET + b"content-length: 1000000000\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413")
        while server.connections:
            writer.write(b"a")
            await asyncio.sleep(0.01)


async def test_connections_are_bounded_and_those_open_are_served() -> None:
    async with served(App(), ServerSettings(max_connections=2)) as server:
        async with client(server.port) as (reader, writer), client(server.port):
            await until(lambda: server.connections == 2)
            assert refusal(await exchange(server.port, b"")) == (503, "TOO_MANY_CONNECTIONS")
            writer.write(GET + b"\r\n")
            assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
        await until(lambda: not server.connections)
        answer = await exchange(server.port, GET + b"connection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")


async def test_connections_of_one_address_are_bounded() -> None:
    limits = ServerSettings(max_connections_per_address=2)
    async with served(socket_app, limits) as server:
        async with client(server.port) as (reader, writer), client(server.port):
            writer.write(HANDSHAKE)  # a WebSocket counts as well
            await reader.readuntil(b"\r\n\r\n")
            await until(lambda: server.connections == 2)
            assert refusal(await exchange(server.port, b"")) == (503, "TOO_MANY_CONNECTIONS")
        await until(lambda: not server.connections)
        for _ in range(3):
            async with client(server.port) as (reader, writer):
                writer.write(HANDSHAKE)
                assert b"101" in await reader.readuntil(b"\r\n\r\n")
            await until(lambda: not server.connections)


def test_addresses_are_counted_by_network() -> None:
    counts = OpenConnections()
    hosts = ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "2001:db8::2%eth0", "2001:db8:0:1::1"]
    assert [counts.add(host) for host in hosts] == [1, 2, 1, 2, 1]
    for host in hosts:
        counts.remove(host)
    assert not counts


@pytest.mark.parametrize("ended", [True, False], ids=["a response", "a stream"])
async def test_a_client_that_does_not_read(ended: bool) -> None:
    stopped = asyncio.Event()
    sent = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if ended:
            await send({"type": "http.response.body", "body": b"a" * 50_000_000})
            stopped.set()
            return
        assert not (await receive())["more_body"]
        gone = asyncio.create_task(receive())
        while not gone.done():
            await send({"type": "http.response.body", "body": b"a" * 100_000, "more_body": True})
            sent += 1
            await asyncio.sleep(0)
        stopped.set()

    async with served(app, QUICK) as server, client(server.port) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(GET + b"\r\n")
        await until(stopped.is_set)
        await until(lambda: not server.connections)
        assert sent < 200  # what the system's buffers hold


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
MASK = b"\0\0\0\0"
PING = b"\x89\xfd" + MASK + b"a" * 125  # a frame of a client, masked with zeros
EMPTY_FRAGMENT = b"\x00\x80" + MASK


async def socket_app(scope: Any, receive: Any, send: Any) -> None:
    """Accepts a WebSocket, and waits for its end."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.mark.parametrize("flood", [PING, EMPTY_FRAGMENT], ids=["pings", "fragments"])
async def test_a_websocket_client_that_floods(flood: bytes) -> None:
    async with served(socket_app) as server, client(server.port) as (reader, writer):
        writer.write(HANDSHAKE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        with contextlib.suppress(ConnectionError):
            while server.connections:
                writer.write(flood * 1_000)
                await writer.drain()
                await asyncio.sleep(0)
        await until(lambda: not server.connections)


async def test_a_websocket_client_that_does_not_read_its_events() -> None:
    sent = 0
    stopped = asyncio.Event()

    async def events(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while True:
                await send({"type": "websocket.send", "text": "a" * 100_000})
                sent += 1
        finally:
            stopped.set()

    async with served(events, QUICK) as server, client(server.port) as (reader, writer):
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await until(lambda: stopped.is_set() and not server.connections)
        assert sent < 200
