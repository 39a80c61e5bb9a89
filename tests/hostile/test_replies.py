"""Replies of subgraphs over sockets: that inflate, drip, never end, redirect; a subgraph that fails hurts no other."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import (
    AiohttpTransport,
    HttpTransport,
    Transport,
    TransportOptions,
    WebSocketTransport,
    make_transport,
)
from hanse_router.transports.errors import TransportError
from hanse_router.transports.options import DEFAULT_OPTIONS
from hanse_router.transports.protocol import SubgraphRequest
from tests.hostile.probe import no_stall
from tests.router.platform import Platform
from tests.router.transports.raw_server import Heard, reply, serving

QUERY = SubgraphRequest(b'{"query":"{a}"}', OperationKind.QUERY, {"authorization": "Bearer x", "x-secret": "inserted"})
SUBSCRIPTION = SubgraphRequest(b'{"query":"subscription{a}"}', OperationKind.SUBSCRIPTION, QUERY.headers)
DATA = b'{"data":{"a":1}}'
CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
Make = Callable[[str, TransportOptions], Transport]

both = pytest.mark.parametrize("make", [HttpTransport, AiohttpTransport])


def always(written: bytes) -> Callable[[bytes, asyncio.StreamWriter], asyncio.Future[None]]:
    """A server that writes just this."""

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(written)

    return answer  # type: ignore[return-value]


def endless(start: bytes, more: bytes, pause: float = 0.0) -> Callable[[bytes, asyncio.StreamWriter], object]:
    """A server that writes a start, and more of the same until its client has gone."""

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


async def failure(make: Make, url: str, options: TransportOptions = DEFAULT_OPTIONS) -> TransportError:
    """What a query fails with."""
    transport = make(url, options)
    try:
        with pytest.raises(TransportError) as caught:
            await transport.send(QUERY)
    finally:
        await transport.close()
    return caught.value


def bomb(size: int) -> bytes:
    """A small compressed body that inflates to this size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = b" " * 1_000_000
    return b"".join(packer.compress(chunk) for _ in range(size // len(chunk))) + packer.flush()


@both
async def test_a_reply_that_inflates_to_400_mb(make: Make) -> None:
    packed = reply(bomb(400_000_000), b"content-encoding: gzip")
    async with serving(always(packed)) as heard, no_stall():
        assert (await failure(make, heard.url)).code == "SUBGRAPH_RESPONSE_TOO_LARGE"


@both
async def test_a_large_compressed_reply_is_inflated_off_the_loop(make: Make) -> None:
    body = b'{"data":{"a":"' + bytes(range(32, 33)) * 7_000_000 + b'"}}'
    packed = reply(gzip.compress(body), b"content-encoding: gzip")
    async with serving(always(packed)) as heard:
        transport = make(heard.url, DEFAULT_OPTIONS)
        async with no_stall():
            assert len(await transport.send(QUERY)) == len(body)
        await transport.close()


@both
async def test_a_reply_that_never_ends(make: Make) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    async with serving(endless(CHUNKED, chunk)) as heard, no_stall():  # type: ignore[arg-type]
        assert (await failure(make, heard.url)).code == "SUBGRAPH_RESPONSE_TOO_LARGE"


@both
@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"HTTP/1.1 200 OK\r\nx: ", b"a" * 10_000),
        (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 2_000),
        (CHUNKED + b"1\r\n{\r\n0\r\n", b"x: y\r\n" * 2_000),
        (CHUNKED + b"1\r\n{\r\n0\r\nx: ", b"a" * 10_000),
    ],
    ids=["a header", "headers", "trailers", "a trailer"],
)
async def test_headers_that_never_end(make: Make, start: bytes, more: bytes) -> None:
    async with serving(endless(start, more)) as heard, no_stall():  # type: ignore[arg-type]
        assert (await failure(make, heard.url, TransportOptions(timeout=5))).code == "SUBGRAPH_MALFORMED_RESPONSE"


async def test_interim_responses_that_never_end() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 100
    async with serving(endless(b"", interim)) as heard, no_stall():  # type: ignore[arg-type]
        assert (await failure(HttpTransport, heard.url)).code == "SUBGRAPH_MALFORMED_RESPONSE"


@both
@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nx: ", CHUNKED], ids=["head", "body"])
async def test_a_reply_that_drips(make: Make, start: bytes) -> None:
    more = b"1\r\n \r\n" if start == CHUNKED else b"a"
    options = TransportOptions(timeout=0.3)
    async with serving(endless(start, more, 0.01)) as heard:  # type: ignore[arg-type]
        assert (await failure(make, heard.url, options)).code == "SUBGRAPH_TIMEOUT"


async def test_a_timeout_is_not_retried_by_default() -> None:
    async def silent(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    for retry_timeouts, requests in ((False, 1), (True, 2)):
        options = TransportOptions(timeout=0.1, retries=1, backoff=0.001, retry_timeouts=retry_timeouts)
        async with serving(silent) as heard:
            assert (await failure(make_transport, heard.url, options)).code == "SUBGRAPH_TIMEOUT"
            assert len(heard.requests) == requests


async def test_a_reply_of_nearly_the_maximum_size_does_not_hold_up_the_router(tmp_path: Path) -> None:
    things = [{"__typename": "Open", "id": str(number), "text": f"text of {number}" * 3} for number in range(80_000)]
    body = json.dumps({"data": {"things": things}}).encode()
    assert 7_000_000 < len(body) < DEFAULT_OPTIONS.max_response_bytes
    packed = reply(gzip.compress(body, 1), b"content-encoding: gzip")
    async with serving(always(packed)) as heard:
        platform = Platform(tmp_path, subgraphs={"accounts": {"url": heard.url}})
        async with no_stall():
            answer = await platform.post("{ things { id text __typename } }")
        assert len(answer.json["data"]["things"]) == 80_000
        await platform.router.stop()


EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: next\ndata: " + DATA + b"\n\n"


async def test_subscriptions_beyond_the_limit_fail_and_the_pool_stays_free() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(EVENTS if b"subscription" in request else reply(DATA))
        if b"subscription" in request:
            await asyncio.sleep(30)

    options = TransportOptions(max_connections=2, max_subscriptions=5)
    async with serving(answer) as heard:
        transport = AiohttpTransport(heard.url, options)
        streams = [transport.stream(SUBSCRIPTION) for _ in range(5)]
        async with asyncio.timeout(5):
            assert [await anext(stream) for stream in streams] == [DATA] * 5
            with pytest.raises(TransportError) as caught:
                await anext(transport.stream(SUBSCRIPTION))
            assert caught.value.code == "SUBGRAPH_TOO_MANY_SUBSCRIPTIONS"
            assert await transport.send(QUERY) == DATA
            await streams.pop().aclose()  # type: ignore[attr-defined]
            assert await anext(transport.stream(SUBSCRIPTION)) == DATA
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]
        await transport.close()


async def test_a_subscription_that_never_starts() -> None:
    async def silent(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serving(silent) as heard, asyncio.timeout(10):
        transport = AiohttpTransport(heard.url, TransportOptions(timeout=0.1))
        with pytest.raises(TransportError) as caught:
            await anext(transport.stream(SUBSCRIPTION))
        assert caught.value.code == "SUBGRAPH_TIMEOUT"
        await transport.close()


async def test_subscriptions_over_websocket_have_the_same_limit() -> None:
    async def subgraph(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        await socket.recv()
        await socket.send('{"type":"next","id":"1","payload":{"data":{"a":1}}}')
        await socket.wait_closed()

    async with serve(subgraph, "127.0.0.1", 0, subprotocols=[Subprotocol("graphql-transport-ws")]) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        transport = WebSocketTransport(url, TransportOptions(max_subscriptions=2))
        streams = [transport.stream(SUBSCRIPTION) for _ in range(2)]
        assert [await anext(stream) for stream in streams] == [DATA] * 2
        with pytest.raises(TransportError) as caught:
            await anext(transport.stream(SUBSCRIPTION))
        assert caught.value.code == "SUBGRAPH_TOO_MANY_SUBSCRIPTIONS"
        await streams.pop().aclose()  # type: ignore[attr-defined]
        following = transport.stream(SUBSCRIPTION)
        assert await anext(following) == DATA
        for stream in (*streams, following):
            await stream.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize("more", [b"a" * 65_536, b"data: a\n" * 5_000], ids=["a line", "lines"])
async def test_an_event_that_never_ends(more: bytes) -> None:
    async with serving(endless(EVENTS + b"data: ", more)) as heard, no_stall():  # type: ignore[arg-type]
        transport = AiohttpTransport(heard.url, DEFAULT_OPTIONS)
        events = transport.stream(SUBSCRIPTION)
        assert await anext(events) == DATA
        with pytest.raises(TransportError) as caught:
            await anext(events)
        assert caught.value.code == "SUBGRAPH_RESPONSE_TOO_LARGE"
        await transport.close()


def moved(other: Heard) -> Callable[[bytes, asyncio.StreamWriter], asyncio.Future[None]]:
    """A server that redirects to another one."""
    return always(reply(b"", b"location: " + other.url.encode(), status=b"307 Temporary Redirect"))


@both
async def test_a_redirect_to_another_host_is_not_followed(make: Make) -> None:
    async with serving(always(reply(DATA))) as other, serving(moved(other)) as heard:
        error = await failure(make, heard.url)
        assert error.code == "SUBGRAPH_HTTP_ERROR"
        assert "transport.redirects" in str(error)
        transport = AiohttpTransport(heard.url, DEFAULT_OPTIONS)
        with pytest.raises(TransportError):
            await anext(transport.stream(SUBSCRIPTION))
        await transport.close()
    assert not other.requests


@both
async def test_headers_of_a_request_do_not_follow_to_another_host(make: Make) -> None:
    async with serving(always(reply(DATA))) as other, serving(moved(other)) as heard:
        transport = make(heard.url, TransportOptions(redirects="any"))
        assert await transport.send(QUERY) == DATA
        assert [event async for event in transport.stream(SUBSCRIPTION)] == [DATA]
        await transport.close()
    assert all(b"Bearer x" in request and b"x-secret" in request for request in heard.requests)
    assert len(other.requests) == 2
    assert not any(b"Bearer" in request or b"x-secret" in request for request in other.requests)
