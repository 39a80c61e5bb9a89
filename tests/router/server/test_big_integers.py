"""Integers of more than 64 bits stay exact, however a client sends them and however a subgraph answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import ServerConnection, serve

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import make_transport
from hanse_router.transports.event_stream import multipart_events, server_sent_events
from hanse_router.transports.protocol import SubgraphRequest
from tests.router.platform import Platform
from tests.router.server.sockets import LEGACY, MODERN, Socket
from tests.router.uploads.forms import HEADERS, form, where

LARGE = 123456789012345678901234
QUERY = "query ($x: Any) { echo(a: 1, any: $x) }"
EVENT = '{"data":{"n":%d}}' % LARGE  # noqa: UP031 - braces
EXACT = str(LARGE)


def request_body() -> bytes:
    return json.dumps({"query": QUERY, "variables": {"x": [LARGE, {"deep": LARGE}]}}).encode()


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_over_http(platform: Platform, accept: str) -> None:
    reply = await platform.send(
        "POST", "/graphql", headers={"content-type": "application/json", "accept": accept}, body=request_body()
    )
    assert reply.body.decode().count(EXACT) == 2
    assert platform.subgraphs["accounts"].bodies[-1].decode().count(EXACT) == 2


async def test_in_a_query_string(platform: Platform) -> None:
    reply = await platform.send(
        "GET",
        "/graphql",
        headers={"x-hanse-preflight": "1"},
        query_string='query=query($x:Any){echo(a:1,any:$x)}&variables={"x":%d}' % LARGE,  # noqa: UP031
    )
    assert EXACT in reply.body.decode()


async def test_in_a_multipart_request(platform: Platform) -> None:
    reply = await platform.send(
        "POST", "/graphql", headers=HEADERS, body=form([("operations", request_body()), where({})])
    )
    assert reply.body.decode().count(EXACT) == 2


@pytest.mark.parametrize(("subprotocol", "start"), [(MODERN, "subscribe"), (LEGACY, "start")])
async def test_over_websocket(platform: Platform, subprotocol: str, start: str) -> None:
    async with Socket(platform, subprotocol) as socket:
        await socket.init()
        socket.text(f'{{"type":"{start}","id":"1","payload":{request_body().decode()}}}')
        await socket.receive()
        await socket.receive()
    assert platform.subgraphs["accounts"].bodies[-1].decode().count(EXACT) == 2


async def chunks(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def test_in_the_streams_of_subgraphs() -> None:
    (event,) = [event async for event in server_sent_events(chunks(f"event: next\ndata: {EVENT}\n\n"), 1_000)]
    assert EXACT in event.decode()
    part = f'--b\r\ncontent-type: application/json\r\n\r\n{{"payload":{EVENT}}}\r\n--b--\r\n'
    (event,) = [event async for event in multipart_events(chunks(part), "b", 1_000)]
    assert EXACT in event.decode()


async def test_in_the_websocket_messages_of_subgraphs() -> None:
    async def subgraph(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        await socket.recv()
        await socket.send(f'{{"type":"next","id":"1","payload":{EVENT}}}')
        await socket.send('{"type":"complete","id":"1"}')
        await socket.wait_closed()

    request = SubgraphRequest(b'{"query":"subscription{n}"}', OperationKind.SUBSCRIPTION)
    async with serve(subgraph, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:  # type: ignore[list-item]
        transport = make_transport(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/")
        async with asyncio.timeout(5):
            (event,) = [event async for event in transport.stream(request)]
        await transport.close()
    assert EXACT in event.decode()
