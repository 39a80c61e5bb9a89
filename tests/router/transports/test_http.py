"""The lean HTTP client against servers good, odd and broken."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import HttpTransport, TransportError, TransportOptions, make_transport
from hanse_router.transports.protocol import SubgraphRequest
from tests.router.transports.raw_server import reply, serving

QUERY = SubgraphRequest(b'{"query":"{a}"}', OperationKind.QUERY, {"authorization": "Bearer x"})
MUTATION = SubgraphRequest(b'{"query":"mutation{a}"}', OperationKind.MUTATION)
DATA = b'{"data":{"a":1}}'
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


async def test_a_connection_is_kept_and_the_request_is_whole() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert [await transport.send(QUERY) for _ in range(3)] == [DATA] * 3
        await transport.close()
    assert heard.connections == 1
    head, _, body = heard.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /graphql HTTP/1.1"
    assert b"authorization: Bearer x" in lines
    assert b"content-type: application/json" in lines
    assert body == QUERY.body


@pytest.mark.parametrize(
    "pieces",
    [
        [
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n" + DATA[:8],
            b"\r\n8\r\n" + DATA[8:],
            b"\r\n0\r\n\r\n",
        ],
        [reply(gzip.compress(DATA), b"Content-Encoding: gzip")],
        [reply(zlib.compress(DATA), b"content-encoding: deflate")],
        [reply(zlib.compress(DATA)[2:-4], b"content-encoding: deflate")],
        [b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", reply(DATA)],
        [bytes([byte]) for byte in reply(DATA)],
        [reply(DATA, status=b"201 Created")],
    ],
    ids=["chunked", "gzip", "deflate", "raw deflate", "early hints", "byte by byte", "another good status"],
)
async def test_replies_in_every_form_are_read(pieces: list[bytes]) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions(timeout=5))
        assert await transport.send(QUERY) == DATA
        assert await transport.send(QUERY) == DATA
        await transport.close()


async def test_a_reply_without_length_ends_with_its_connection() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + DATA)
        await writer.drain()
        writer.close()

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert [await transport.send(QUERY), await transport.send(QUERY)] == [DATA, DATA]
        await transport.close()
    assert heard.connections == 2


async def test_connection_close_is_heeded() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA, b"connection: close"))
        await writer.drain()
        writer.close()

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert [await transport.send(MUTATION), await transport.send(MUTATION)] == [DATA, DATA]
        await transport.close()
    assert heard.connections == 2


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"nonsense\r\n\r\n", "SUBGRAPH_MALFORMED_RESPONSE"),
        (reply(b"<html>", status=b"502 Bad Gateway"), "SUBGRAPH_HTTP_ERROR"),
        (reply(b"not gzip", b"content-encoding: gzip"), "SUBGRAPH_MALFORMED_RESPONSE"),
        (reply(gzip.compress(DATA)[:-9], b"content-encoding: gzip"), "SUBGRAPH_MALFORMED_RESPONSE"),
        (reply(DATA, b"content-encoding: br"), "SUBGRAPH_MALFORMED_RESPONSE"),
        (reply(b" " * 2000), "SUBGRAPH_RESPONSE_TOO_LARGE"),
        (reply(gzip.compress(b" " * 2000), b"content-encoding: gzip"), "SUBGRAPH_RESPONSE_TOO_LARGE"),
        (b"", "SUBGRAPH_UNREACHABLE"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", "SUBGRAPH_UNREACHABLE"),
    ],
    ids=["no HTTP", "502", "no gzip", "half gzip", "unknown coding", "too large", "bomb", "nothing", "half"],
)
async def test_bad_replies_are_errors_with_their_code(written: bytes, code: str) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(written)
        await writer.drain()
        writer.close()

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions(timeout=5, max_response_bytes=1000))
        with pytest.raises(TransportError) as caught:
            await transport.send(QUERY)
        await transport.close()
    assert caught.value.code == code


async def test_a_bad_status_with_graphql_errors_is_a_response() -> None:
    body = b'{"errors":[{"message":"no"}]}'

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(body, status=b"401 Unauthorized"))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert await transport.send(QUERY) == body
        await transport.close()


async def test_time_out_and_the_late_reply_answers_nobody() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) == 1:
            await asyncio.sleep(0.3)
            writer.write(reply(b'{"data":"late"}'))
        else:
            writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions(timeout=0.1))
        with pytest.raises(TransportError) as caught:
            await transport.send(QUERY)
        assert caught.value.code == "SUBGRAPH_TIMEOUT"
        assert await transport.send(QUERY) == DATA
        await asyncio.sleep(0.3)
        assert await transport.send(QUERY) == DATA
        await transport.close()


async def test_unasked_bytes_never_answer_the_next_request() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA) + (reply(b'{"data":"forged"}') if len(heard.requests) == 1 else b""))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert await transport.send(QUERY) == DATA
        await asyncio.sleep(0.05)
        assert await transport.send(QUERY) == DATA
        await transport.close()


async def test_no_one_there() -> None:
    transport = make_transport("http://127.0.0.1:1/graphql", TransportOptions(retries=2, backoff=0.001))
    with pytest.raises(TransportError) as caught:
        await transport.send(QUERY)
    assert caught.value.code == "SUBGRAPH_UNREACHABLE"
    await transport.close()


async def test_a_hang_up_on_an_idle_connection_costs_a_query_nothing_and_a_mutation_is_not_repeated() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) == hang_up_at:
            writer.close()
        else:
            writer.write(reply(DATA))

    hang_up_at = 2
    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        await transport.send(QUERY)
        assert await transport.send(QUERY) == DATA
        assert len(heard.requests) == 3
        hang_up_at = 4
        with pytest.raises(TransportError):
            await transport.send(MUTATION)
        assert len(heard.requests) == 4
        await transport.close()


async def test_no_more_connections_than_allowed() -> None:
    running = most = 0

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions(max_connections=3))
        replies = await asyncio.gather(*(transport.send(QUERY) for _ in range(20)))
        assert replies == [DATA] * 20
        assert heard.connections == most == 3
        cancelled = [asyncio.create_task(transport.send(QUERY)) for _ in range(10)]
        await asyncio.sleep(0.005)
        for task in cancelled:
            task.cancel()
        await asyncio.gather(*cancelled, return_exceptions=True)
        replies = await asyncio.gather(*(transport.send(QUERY) for _ in range(6)))  # every slot came back
        assert replies == [DATA] * 6
        await transport.close()


async def test_redirects_that_keep_the_method_are_followed() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"POST /graphql "):
            writer.write(reply(b"", b"location: /elsewhere", status=b"308 Permanent Redirect"))
        else:
            assert request.endswith(QUERY.body)
            writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = make_transport(heard.url)
        assert [await transport.send(QUERY), await transport.send(QUERY)] == [DATA, DATA]
        await transport.close()


async def test_line_breaks_in_a_header_begin_no_other() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        await transport.send(SubgraphRequest(b"{}", OperationKind.QUERY, {"a": "b\r\nx-admin: 1", "c": "d"}))
        await transport.close()
    assert b"x-admin" not in heard.requests[0]
    assert b"\r\nc: d\r\n" in heard.requests[0]


@pytest.mark.parametrize("url", ["ftp://x/y", "graphql", "http://", ""])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL of a subgraph is"):
        make_transport(url)
