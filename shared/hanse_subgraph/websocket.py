"""GraphQL over WebSocket, subprotocol `graphql-transport-ws`, as the library graphql-ws specifies it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hanse_subgraph.auth import Caller, RouterTokens
from hanse_subgraph.errors import Unauthenticated, Unavailable
from hanse_subgraph.execution import GraphQLRequest, MalformedRequest, request_from
from hanse_wire.json_codec import JsonError, decode_json, encode_json_text

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0

Stream = Callable[[GraphQLRequest, Caller], AsyncIterator[bytes]]


class _Closed(Exception):
    """The connection must end with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One client's socket: its operations by id."""

    def __init__(self, socket: WebSocket, tokens: RouterTokens, stream: Stream) -> None:
        self._socket = socket
        self._tokens = tokens
        self._stream = stream
        self._caller: Caller | None = None
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Serve the socket until either side ends it."""
        if SUBPROTOCOL not in self._socket.scope.get("subprotocols", ()):
            await self._socket.close(4406, "Subprotocol not acceptable")
            return
        await self._socket.accept(SUBPROTOCOL)
        try:
            await self._converse()
        except _Closed as end:
            await self._close(end)
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client is gone
        finally:
            await self._stop_all()

    async def _converse(self) -> None:
        timer = asyncio.create_task(self._await_init())
        try:
            while True:
                await self._handle(await self._receive())
        finally:
            timer.cancel()

    async def _await_init(self) -> None:
        await asyncio.sleep(INIT_SECONDS)
        if not self._initialised:
            await self._close(_Closed(4408, "Connection initialisation timeout"))

    async def _receive(self) -> dict[str, Any]:
        try:
            message = decode_json(await self._socket.receive_text())
        except (JsonError, KeyError) as error:
            raise _Closed(4400, "Invalid message received") from error
        if not isinstance(message, dict):
            raise _Closed(4400, "Invalid message received")
        return message

    async def _handle(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "connection_init"}:
                await self._initialise(message.get("payload"))
            case {"type": "ping"}:
                await self._send({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(key), "payload": dict(payload)}:
                await self._subscribe(key, payload)
            case {"type": "complete", "id": str(key)}:
                await self._stop(key)
            case _:
                raise _Closed(4400, "Invalid message received")

    async def _initialise(self, payload: Any) -> None:
        if self._initialised:
            raise _Closed(4429, "Too many initialisation requests")
        self._initialised = True
        authorization = self._socket.headers.get("authorization")
        if authorization is None and isinstance(payload, dict):
            given = {key.lower(): value for key, value in payload.items() if isinstance(value, str)}
            authorization = given.get("authorization")
        try:
            self._caller = await self._tokens.caller(authorization)
        except Unauthenticated as error:
            raise _Closed(4403, error.message) from error
        except Unavailable as error:
            raise _Closed(1013, error.message) from error
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, key: str, payload: dict[str, Any]) -> None:
        if self._caller is None:
            raise _Closed(4401, "Unauthorized")
        if key in self._operations:
            raise _Closed(4409, f"Subscriber for {key} already exists")
        try:
            request = request_from(payload)
        except MalformedRequest as error:
            await self._send({"type": "error", "id": key, "payload": [{"message": error.message}]})
            return
        self._operations[key] = asyncio.create_task(self._run(key, request, self._caller))

    async def _run(self, key: str, request: GraphQLRequest, caller: Caller) -> None:
        try:
            events: Any = self._stream(request, caller)
            async with aclosing(events):
                async for event in events:
                    if event.startswith(b'{"errors"'):  # refused before execution
                        errors = decode_json(event)["errors"]
                        await self._send({"type": "error", "id": key, "payload": errors})
                        return
                    await self._socket.send_text(
                        f'{{"id":{encode_json_text(key)},"type":"next","payload":{event.decode()}}}'
                    )
            await self._send({"type": "complete", "id": key})
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client is gone
        finally:
            self._operations.pop(key, None)

    async def _stop(self, key: str) -> None:
        task = self._operations.pop(key, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _stop_all(self) -> None:
        for key in list(self._operations):
            await self._stop(key)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(encode_json_text(message))

    async def _close(self, end: _Closed) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            await self._socket.close(end.code, end.reason[:120])
