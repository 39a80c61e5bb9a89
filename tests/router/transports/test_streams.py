"""Subscriptions: WebSocket in both protocols, server-sent events, multipart, in process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import LocalTransport, TransportError, TransportOptions, WebSocketTransport, make_transport
from hanse_router.transports.event_stream import multipart_events, server_sent_events
from hanse_router.transports.protocol import FileAt, SubgraphRequest
from tests.router.transports.raw_server import serving

REQUEST = SubgraphRequest(b'{"query":"subscription{n}"}', OperationKind.SUBSCRIPTION, {"authorization": "Bearer x"})


class SocketServer:
    """A subgraph's side of the protocol: counts to three, or for ever."""

    def __init__(self, protocol: str, *, endless: bool = False) -> None:
        self.protocol = protocol
        self.endless = endless
        self.received: list[dict[str, Any]] = []
        self.ended = asyncio.Event()
        self.authorization: str | None = None

    async def __call__(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.authorization = socket.request.headers.get("authorization")
        older = self.protocol == "graphql-ws"
        listen: asyncio.Task[None] | None = None
        try:
            self.received.append(json.loads(await socket.recv()))
            await socket.send('{"type":"ping"}' if not older else '{"type":"ka"}')
            await socket.send('{"type":"connection_ack"}')
            while True:
                message = json.loads(await socket.recv())
                self.received.append(message)
                if message["type"] != "pong":
                    break
            listen = asyncio.create_task(self._listen(socket))
            number = 0
            while self.endless or number < 3:
                number += 1
                event = {"id": message["id"], "type": "data" if older else "next", "payload": {"data": {"n": number}}}
                await socket.send(json.dumps(event))
                await asyncio.sleep(0.01)
            await socket.send(json.dumps({"id": message["id"], "type": "complete"}))
            await listen
        finally:
            if listen is not None:
                listen.cancel()
            self.ended.set()

    async def _listen(self, socket: ServerConnection) -> None:
        async for text in socket:
            self.received.append(json.loads(text))


def numbers(events: list[bytes]) -> list[int]:
    return [json.loads(event)["data"]["n"] for event in events]


@pytest.mark.parametrize("protocol", ["graphql-transport-ws", "graphql-ws"])
async def test_events_arrive_and_the_stream_completes(protocol: str) -> None:
    subgraph = SocketServer(protocol)
    async with serve(subgraph, "127.0.0.1", 0, subprotocols=[protocol]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        transport = make_transport(f"http://127.0.0.1:{port}/graphql")
        assert numbers([event async for event in transport.stream(REQUEST)]) == [1, 2, 3]
        await transport.close()
    assert subgraph.authorization == "Bearer x"
    assert subgraph.received[0] == {"type": "connection_init", "payload": {"authorization": "Bearer x"}}
    started = [message for message in subgraph.received if message["type"] in ("start", "subscribe")]
    assert started[0]["payload"] == {"query": "subscription{n}"}


async def test_closing_the_iterator_unsubscribes() -> None:
    subgraph = SocketServer("graphql-transport-ws", endless=True)
    async with serve(subgraph, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        transport = WebSocketTransport(f"ws://127.0.0.1:{port}/", TransportOptions())
        events = transport.stream(REQUEST)
        await anext(events)
        await events.aclose()  # type: ignore[attr-defined]
        await asyncio.wait_for(subgraph.ended.wait(), 3)
        await transport.close()
    assert {"id": "1", "type": "complete"} in subgraph.received


async def test_a_socket_that_breaks_is_an_error() -> None:
    async def vanish(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        await socket.recv()
        await socket.close(1011)

    async with serve(vanish, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        transport = make_transport(f"ws://127.0.0.1:{port}/")
        with pytest.raises(TransportError) as caught:
            [event async for event in transport.stream(REQUEST)]
        await transport.close()
    assert caught.value.code == "SUBGRAPH_UNREACHABLE"


async def _chunks(text: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_server_sent_events(size: int) -> None:
    text = b': ping\r\n\r\nevent: next\r\ndata: {"a":\r\ndata: 1}\r\n\r\n'
    text += b'event:next\ndata:{"a":2}\n\nevent: complete\ndata:\n\nevent: next\ndata: 3\n\n'
    events = [json.loads(event) async for event in server_sent_events(_chunks(text, size), 1_000)]
    assert events == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_multipart(size: int) -> None:
    parts = [
        b"{}",
        b'{"payload":{"data":{"n":1}}}',
        b'{"data":{"n":2}}',
        b'{"payload":null,"errors":[{"message":"m"}]}',
    ]
    text = (
        b"".join(b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n" + part for part in parts)
        + b"\r\n--graphql--\r\n"
    )
    events = [json.loads(event) async for event in multipart_events(_chunks(text, size), "graphql", 1_000)]
    assert events == [{"data": {"n": 1}}, {"data": {"n": 2}}, {"data": None, "errors": [{"message": "m"}]}]


async def test_events_over_http_come_one_by_one() -> None:
    go_on = asyncio.Event()

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: next\ndata: {"n":1}\n\n')
        await writer.drain()
        await go_on.wait()
        writer.write(b'event: next\ndata: {"n":2}\n\nevent: complete\ndata:\n\n')
        await writer.drain()
        writer.close()

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(subscription_url=heard.url))
        events = transport.stream(REQUEST)
        assert await asyncio.wait_for(anext(events), 3) == b'{"n":1}'
        go_on.set()
        assert [event async for event in events] == [b'{"n":2}']
        await transport.close()


class Endpoint:
    """A subgraph in this process."""

    def __init__(self) -> None:
        self.closed = False

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        if body == b"slow":
            await asyncio.sleep(5)
        if body == b"bad":
            raise RuntimeError("a secret")
        return 200, body

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        try:
            for number in range(3):
                yield b"%d" % number
            raise RuntimeError("a secret")
        finally:
            self.closed = True


async def test_in_process() -> None:
    endpoint = Endpoint()
    transport = LocalTransport(endpoint, TransportOptions(timeout=0.05))
    assert await transport.send(SubgraphRequest(b"{}", OperationKind.QUERY)) == b"{}"
    for body, code in ((b"slow", "SUBGRAPH_TIMEOUT"), (b"bad", "SUBGRAPH_UNREACHABLE")):
        with pytest.raises(TransportError) as caught:
            await transport.send(SubgraphRequest(body, OperationKind.QUERY))
        assert caught.value.code == code
        assert "secret" not in str(caught.value)
    events = transport.stream(REQUEST)
    assert await anext(events) == b"0"
    await events.aclose()  # type: ignore[attr-defined]
    assert endpoint.closed
    with pytest.raises(TransportError):
        [event async for event in transport.stream(REQUEST)]
