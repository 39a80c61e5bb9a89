"""What servers and the ways to them do now and then, over the lean client and over aiohttp alike."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import AiohttpTransport, HttpTransport, Transport, TransportOptions, make_transport
from hanse_router.transports.errors import TransportError
from hanse_router.transports.protocol import SubgraphRequest
from hanse_router.transports.tls import tls_context
from tests.router.transports.certificates import Authority
from tests.router.transports.raw_server import Heard, reply, serving
from tests.router.transports.test_tls import ours

__all__ = ["ours"]

QUERY = SubgraphRequest(b'{"query":"{a}"}', OperationKind.QUERY, {"authorization": "Bearer x"})
MUTATION = SubgraphRequest(b'{"query":"mutation{a}"}', OperationKind.MUTATION)
DATA = b'{"data":{"a":1}}'
ZIPPED = gzip.compress(DATA)
Make = Callable[[str, TransportOptions], Transport]

both = pytest.mark.parametrize("make", [HttpTransport, AiohttpTransport])


async def sent(make: Make, heard: Heard, request: SubgraphRequest = QUERY, count: int = 2) -> list[bytes]:
    """What so many requests in a row are answered."""
    transport = make(heard.url, TransportOptions(timeout=5))
    try:
        return [await transport.send(request) for _ in range(count)]
    finally:
        await transport.close()


async def refused(make: Make, heard: Heard, request: SubgraphRequest = QUERY) -> str:
    """The code of what a request fails with."""
    with pytest.raises(TransportError) as caught:
        await sent(make, heard, request, 1)
    return caught.value.code


def always(*pieces: bytes, then_close: bool = False) -> Callable[[bytes, asyncio.StreamWriter], asyncio.Future[None]]:
    """A server that writes just this."""

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if then_close:
            writer.close()

    return answer  # type: ignore[return-value]


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"


@both
@pytest.mark.parametrize(
    "pieces",
    [
        [CHUNKED + b"\r\n5\r\n" + DATA[:5], b"\r\nb;ext=1\r\n" + DATA[5:] + b"\r\n0\r\ntrailer: x\r\n\r\n"],
        [CHUNKED + b"content-encoding: gzip\r\n\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(ZIPPED), ZIPPED)],
        [reply(gzip.compress(DATA), b"content-encoding: GZip")],
        [reply(zlib.compress(DATA), b"content-encoding: deflate")],
        [reply(DATA, b"content-encoding: identity")],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + reply(DATA)],
        [b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", reply(DATA)],
        [reply(DATA, *[b"x-%d: %b" % (n, b"y" * 100) for n in range(70)])],
        [reply(DATA, b"x-long: " + b"y" * 7000)],
    ],
    ids=["chunks", "gzip chunks", "gzip", "deflate", "identity", "100", "102 103", "many headers", "a long header"],
)
async def test_good_replies(make: Make, pieces: list[bytes]) -> None:
    async with serving(always(*pieces)) as heard:
        assert await sent(make, heard) == [DATA, DATA]
    assert heard.connections == 1


@both
async def test_http_1_0_ends_with_its_connection(make: Make) -> None:
    for one in (b"HTTP/1.0 200 OK\r\n\r\n" + DATA, reply(DATA).replace(b"HTTP/1.1", b"HTTP/1.0")):
        async with serving(always(one, then_close=True)) as heard:
            assert await sent(make, heard, MUTATION) == [DATA, DATA]
        assert heard.connections == 2


@both
@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (reply(DATA)[:-3], {"SUBGRAPH_UNREACHABLE", "SUBGRAPH_MALFORMED_RESPONSE"}),
        (CHUNKED + b"\r\n5\r\n" + DATA[:5], {"SUBGRAPH_UNREACHABLE", "SUBGRAPH_MALFORMED_RESPONSE"}),
        (b"HTTP/1.1 200 OK\r\ncontent-le", {"SUBGRAPH_UNREACHABLE"}),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", {"SUBGRAPH_UNREACHABLE"}),
        (reply(DATA, b"content-encoding: br"), {"SUBGRAPH_MALFORMED_RESPONSE"}),
        (reply(b"", status=b"303 See Other"), {"SUBGRAPH_HTTP_ERROR"}),
        (b"HTTP/1.1 204 No Content\r\n\r\n", set()),
    ],
    ids=["cut off", "chunks cut off", "headers cut off", "a hint and no reply", "br, unasked", "303 to nowhere", "204"],
)
async def test_bad_replies(make: Make, written: bytes, codes: set[str]) -> None:
    async with serving(always(written, then_close=True)) as heard:
        if codes:
            assert await refused(make, heard, MUTATION) in codes
        else:
            assert await sent(make, heard, MUTATION, 1) == [b""]  # which the executor finds to be no response
    assert len(heard.requests) == 1


@both
async def test_headers_without_end_are_cut_off(make: Make) -> None:
    async def endless(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(20_000):
            writer.write(b"x-%d: %b\r\n" % (number, b"y" * 1000))
            await writer.drain()

    async with serving(endless) as heard:
        assert await refused(make, heard) == "SUBGRAPH_MALFORMED_RESPONSE"


@both
async def test_a_server_that_hangs_up_between_requests_costs_nothing(make: Make) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA))
        await writer.drain()
        writer.close()  # without having said so

    async with serving(answer) as heard:
        transport = make(heard.url, TransportOptions(timeout=5))
        for request in (QUERY, MUTATION, QUERY):
            assert await transport.send(request) == DATA
            await asyncio.sleep(0.02)
        await transport.close()
    assert len(heard.requests) == 3


@both
async def test_over_ipv6(make: Make) -> None:
    async with serving(always(reply(DATA)), host="::1") as heard:
        assert await sent(make, heard) == [DATA, DATA]
    host = heard.url.removeprefix("http://").removesuffix("/graphql")
    assert b"\r\nhost: %b\r\n" % host.encode() in heard.requests[0].replace(b"Host", b"host")


@pytest.mark.parametrize("status", [b"307 Temporary Redirect", b"308 Permanent Redirect", b"302 Found"])
async def test_redirects_keep_method_and_body_where_they_say_so(status: bytes) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        there = request.split(b" ")[1] == b"/graphql"
        writer.write(reply(b"", b"location: /elsewhere", status=status) if there else reply(DATA))

    async with serving(answer) as heard:
        assert await sent(make_transport, heard, count=1) == [DATA]
    last = heard.requests[-1]
    if status.startswith(b"30" + b"2"):
        assert last.startswith(b"GET /elsewhere ")
    else:
        assert last.startswith(b"POST /elsewhere ")
        assert last.endswith(QUERY.body)


async def test_redirects_to_another_host_take_no_token_along() -> None:
    async def elsewhere(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", b"location: " + other.url.encode(), status=b"307 Temporary Redirect"))

    async with serving(always(reply(DATA))) as other, serving(elsewhere) as heard:
        options = TransportOptions(redirects="any")
        transport = make_transport(heard.url, options)
        assert await transport.send(QUERY) == DATA
        await transport.close()
    assert b"Bearer" in heard.requests[0]
    assert b"Bearer" not in other.requests[0]


async def test_redirects_in_a_circle_end() -> None:
    circle = always(reply(b"", b"location: /graphql", status=b"308 Permanent Redirect"))
    async with serving(circle) as heard:
        assert await refused(make_transport, heard, MUTATION) == "SUBGRAPH_HTTP_ERROR"
    assert len(heard.requests) < 20


async def test_through_a_proxy() -> None:
    async with serving(always(reply(DATA))) as proxy:
        options = TransportOptions(proxy=proxy.url.removesuffix("/graphql"))
        transport = make_transport("http://subgraph.invalid/graphql", options)
        assert [await transport.send(QUERY), await transport.send(MUTATION)] == [DATA, DATA]
        await transport.close()
    assert proxy.requests[0].startswith(b"POST http://subgraph.invalid/graphql HTTP/1.1\r\n")
    assert proxy.requests[0].endswith(QUERY.body)


async def test_through_a_proxy_that_refuses_or_is_away() -> None:
    async with serving(always(reply(b"no", status=b"407 Proxy Authentication Required"))) as proxy:
        options = TransportOptions(proxy=proxy.url.removesuffix("/graphql"), retries=0)
        for url, code in (("http://x.invalid/", "SUBGRAPH_HTTP_ERROR"), ("https://x.invalid/", "SUBGRAPH_UNREACHABLE")):
            transport = make_transport(url, options)
            with pytest.raises(TransportError) as caught:
                await transport.send(QUERY)
            assert caught.value.code == code
            await transport.close()
    transport = make_transport("http://x.invalid/", TransportOptions(proxy="http://127.0.0.1:1", retries=0))
    with pytest.raises(TransportError) as caught:
        await transport.send(QUERY)
    assert caught.value.code == "SUBGRAPH_UNREACHABLE"
    await transport.close()


async def test_tls_through_a_proxy_is_the_subgraph_s(ours: Authority) -> None:
    asked: list[bytes] = []

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        port = int(asked[-1].split(b" ")[1].split(b":")[1])
        there, onwards = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ways = [asyncio.create_task(_pump(reader, onwards)), asyncio.create_task(_pump(there, writer))]
        await asyncio.wait(ways)

    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    async with serving(always(reply(DATA)), tls=ours.server()) as heard:
        transport = make_transport(heard.url, TransportOptions(proxy=url, tls=tls_context(ours.file, None, None)))
        assert await transport.send(QUERY) == DATA
        await transport.close()
    proxy.close()
    await proxy.wait_closed()
    assert asked[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"Bearer" not in asked[0]
    assert b"Bearer x" in heard.requests[0]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
