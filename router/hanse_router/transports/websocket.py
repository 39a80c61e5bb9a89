"""Subscriptions over WebSocket, in `graphql-transport-ws` or the legacy `graphql-ws`, as the subgraph chooses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from hanse_router.transports.errors import (
    FilesNotSupported,
    MalformedResponse,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
    TooManySubscriptions,
    TransportError,
)
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.protocol import CoroutineTransport, Reply, SubgraphRequest
from hanse_router.transports.redirects import is_same_host
from hanse_router.transports.tls import tls_failure
from hanse_wire.json_codec import JsonError, decode_json, encode_json, encode_json_text

CURRENT, LEGACY = Subprotocol("graphql-transport-ws"), Subprotocol("graphql-ws")
_ID = "1"


class WebSocketTransport(CoroutineTransport):
    """Transport over `ws://` and `wss://`: one connection per operation, since each has its own headers.

    The headers are sent in the HTTP upgrade request and, as clients of these protocols do, in `connection_init`.
    """

    def __init__(self, url: str, options: TransportOptions) -> None:
        self._url = url
        self._options = options
        self._open: set[ClientConnection] = set()
        self._subscriptions = 0

    async def send(self, request: SubgraphRequest) -> Reply:
        if request.files:
            raise FilesNotSupported()
        try:
            async with asyncio.timeout(self._options.timeout):
                events = self.stream(request)
                try:
                    async for event in events:
                        return event
                finally:
                    await events.aclose()  # type: ignore[attr-defined]
        except TimeoutError:
            raise SubgraphTimeout() from None
        raise MalformedResponse("The subgraph completed the operation without a response.")

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        if self._subscriptions >= self._options.max_subscriptions:
            raise TooManySubscriptions(self._options.max_subscriptions)
        self._subscriptions += 1
        try:
            async with aclosing(self._stream(request)) as events:
                async for event in events:
                    yield event
        finally:
            self._subscriptions -= 1

    async def _stream(self, request: SubgraphRequest) -> AsyncGenerator[Reply, None]:
        socket = await self._connected(request)
        self._open.add(socket)
        try:
            is_legacy = socket.subprotocol == LEGACY
            await self._subscribe(socket, request, "start" if is_legacy else "subscribe")
            async for event in _events(socket, "data" if is_legacy else "next"):
                yield event
        except ConnectionClosed as closed:
            raise _closed_error(closed) from None
        finally:
            self._open.discard(socket)
            with suppress(WebSocketException, OSError):
                await _complete(socket)
            await socket.close()

    async def close(self) -> None:
        await asyncio.gather(*(socket.close() for socket in list(self._open)), return_exceptions=True)

    async def _connected(self, request: SubgraphRequest) -> ClientConnection:
        options = self._options
        try:
            return await _Connect(
                self._url,
                subprotocols=[CURRENT, LEGACY],
                additional_headers=request.all_headers(),
                open_timeout=options.connect_timeout,
                close_timeout=2,
                max_size=options.max_response_bytes,
                proxy=options.proxy or True,
                ssl=options.tls if self._url.startswith("wss:") else None,
            )
        except TimeoutError:
            raise SubgraphTimeout("The WebSocket connection to the subgraph was not established in time.") from None
        except (OSError, WebSocketException, InvalidURI) as error:
            unreachable = SubgraphUnreachable("The subgraph cannot be reached by WebSocket.")
            raise tls_failure(error) or unreachable from None

    async def _subscribe(self, socket: ClientConnection, request: SubgraphRequest, start_type: str) -> None:
        await socket.send(encode_json_text({"type": "connection_init", "payload": dict(request.headers)}))
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                while True:
                    message = _message(await socket.recv())
                    match message.get("type"):
                        case "connection_ack":
                            break
                        case "ping":
                            await socket.send('{"type":"pong"}')
                        case "connection_error":
                            raise SubgraphHttpError("The subgraph refused the WebSocket connection.")
        except TimeoutError:
            raise SubgraphTimeout("The subgraph did not acknowledge the WebSocket connection in time.") from None
        await socket.send(f'{{"id":"{_ID}","type":"{start_type}","payload":{request.body.decode()}}}')


class _Connect(connect):
    """Follows redirects to the same host only: the headers hold the caller's identity."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        following = super().process_redirect(exc)
        if isinstance(following, str) and not is_same_host(self.uri, following):
            return exc
        return following


async def _events(socket: ClientConnection, event_type: str) -> AsyncIterator[Reply]:
    while True:
        message = _message(await socket.recv())
        kind = message.get("type")
        if kind == event_type:
            yield encode_json(message.get("payload"))
        elif kind == "complete":
            return
        elif kind == "error":
            yield encode_json({"data": None, "errors": _errors(message.get("payload"))})
            return
        elif kind == "ping":
            await socket.send('{"type":"pong"}')


async def _complete(socket: ClientConnection) -> None:
    """Unsubscribe. The subgraph may have ended the operation already."""
    stop_type = "stop" if socket.subprotocol == LEGACY else "complete"
    await socket.send(f'{{"id":"{_ID}","type":"{stop_type}"}}')


def _message(text: str | bytes) -> dict[str, Any]:
    try:
        message = decode_json(text)
    except JsonError:
        message = None
    if not isinstance(message, dict):
        raise MalformedResponse("A WebSocket message of the subgraph does not follow the protocol.")
    return message


def _errors(payload: Any) -> list[Any]:
    if isinstance(payload, list):
        return payload
    return [payload if isinstance(payload, dict) else {"message": "The subgraph refused the operation."}]


def _closed_error(closed: ConnectionClosed) -> TransportError:
    reason = closed.rcvd.reason if closed.rcvd else ""
    if closed.rcvd is not None and closed.rcvd.code in (4401, 4403):
        return SubgraphHttpError(f"The subgraph refused the WebSocket connection: {reason or 'forbidden'}.")
    return SubgraphUnreachable("The connection to the subgraph was closed.")
