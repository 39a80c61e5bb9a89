"""GraphQL over WebSocket, subprotocol `graphql-transport-ws`, by Strawberry's handler.

The handler keeps the protocol's state. What it is given here: the router's token is verified when a connection is
initialised, and each operation runs as over HTTP, with a session of its own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from json import JSONDecodeError
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types.unset import UnsetType

from hanse_subgraph.auth import Caller
from hanse_subgraph.errors import Unauthenticated, Unavailable
from hanse_subgraph.execution import GraphQLRequest, MalformedRequest, Reply, request_from
from hanse_subgraph.federation import SubgraphSchema
from hanse_wire.json_codec import JsonError, decode_json, encode_json_text

INIT_TIMEOUT = timedelta(seconds=10)
MAX_REASON = 120  # characters of a close frame's reason, which may have 123 bytes

VerifyToken = Callable[[str | None], Awaitable[Caller]]
Stream = Callable[[GraphQLRequest, Caller], AsyncGenerator[Reply, None]]


@dataclass(slots=True)
class Connection:
    """One client's connection. `caller` is set when it is initialised."""

    authorization: str | None
    stream: Stream
    connection_params: dict[str, Any] | None = None
    caller: Caller | None = None

    @property
    def token(self) -> str | None:
        """The value of `authorization`, as a header of the handshake or in the payload of `connection_init`."""
        if self.authorization is not None:
            return self.authorization
        params = self.connection_params or {}
        given = {key.lower(): value for key, value in params.items() if isinstance(value, str)}
        return given.get("authorization")


class Handler(BaseGraphQLTransportWSHandler[Connection, None]):
    """Strawberry's handler, with the kit's execution, and close codes for tokens that are not accepted."""

    async def handle_message(self, message: Any) -> None:
        match message:
            case {"type": "subscribe", "id": str(), "payload": dict()} | {"type": "complete", "id": str()}:
                await super().handle_message(message)
            case {"type": "connection_init" | "ping" | "pong"}:
                await super().handle_message(message)
            case _:
                await self.handle_invalid_message("Invalid message received")

    async def handle_connection_init(self, message: Any) -> None:
        if message.get("payload") is None:
            message = {**message, "payload": {}}
        try:
            await super().handle_connection_init(message)
        except Unauthenticated as error:
            await self.websocket.close(4403, error.message[:MAX_REASON])
        except Unavailable as error:
            await self.websocket.close(1013, error.message[:MAX_REASON])

    async def handle_subscribe(self, message: Any) -> None:
        # A payload without a query is an error of that operation, found by `run_operation`; not of the connection.
        message["payload"].setdefault("query", None)
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Connection, None]) -> None:
        try:
            await self._run(operation)
        except WebSocketDisconnected:
            pass
        except Exception as error:
            await self.handle_task_exception(error)
        finally:
            if self.operations.get(operation.id) is operation:
                self.forget_id(operation.id)

    async def _run(self, operation: Operation[Connection, None]) -> None:
        caller = self.context.caller
        assert caller is not None  # operations are accepted after `connection_init` only
        named: dict[str, Any] = {"variables": operation.variables, "operationName": operation.operation_name}
        try:
            request = request_from({"query": operation.query, **named})
        except MalformedRequest as error:
            await _send(operation, "error", [{"message": error.message}])
            return
        async with aclosing(self.context.stream(request, caller)) as events:
            async for event in events:
                if event.status != 200:
                    await _send(operation, "error", decode_json(event.body)["errors"])
                else:
                    await _send(operation, "next", msgspec.Raw(event.body))
        await operation.send_operation_message({"id": operation.id, "type": "complete"})


async def _send(operation: Operation[Connection, None], kind: str, payload: Any) -> None:
    message: Any = {"id": operation.id, "type": kind, "payload": payload}
    await operation.send_operation_message(message)


class GraphQLWebSocket(GraphQL[Connection, None]):
    """The ASGI application of a subgraph's WebSocket."""

    graphql_transport_ws_handler_class = Handler

    def __init__(self, schema: SubgraphSchema, verify: VerifyToken, stream: Stream) -> None:
        """`verify` answers the caller for the value of `authorization`. It raises Unauthenticated or Unavailable."""
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=None,  # the router, the only client, has limits of its own
        )
        self._verify = verify
        self._stream = stream

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Connection:
        return Connection(request.headers.get("authorization"), self._stream)

    async def on_ws_connect(self, context: Connection) -> UnsetType:
        context.caller = await self._verify(context.token)
        return UnsetType()

    def encode_json(self, data: object) -> str:
        return encode_json_text(data)

    def decode_json(self, data: str | bytes) -> object:
        try:
            return decode_json(data)
        except JsonError as error:
            raise JSONDecodeError(str(error), "", 0) from error  # which Strawberry expects
