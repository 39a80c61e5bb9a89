"""GraphQL over WebSocket: queries, mutations and subscriptions, in both subprotocols."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from hanse_router.engine import Engine
from hanse_router.errors import (
    InternalError,
    OriginRefused,
    RouterError,
    TooManyOperations,
    Unauthenticated,
    Unavailable,
)
from hanse_router.execute import Response
from hanse_router.guards.origin import Origins
from hanse_router.operation_kind import OperationKind
from hanse_router.request import RequestContext
from hanse_router.server.address import ClientAddress
from hanse_router.server.asgi import Message, Receive, Scope, Send, request_headers
from hanse_router.server.body import request_of
from hanse_router.server.streams import once
from hanse_router.telemetry.access_log import AccessLog
from hanse_router.transports.errors import TransportError
from hanse_wire.json_codec import JsonError, decode_json, encode_json_text
from hanse_wire.request_id import HEADER
from hanse_wire.request_id import accept as accept_request_id
from hanse_wire.websocket_protocol import CONNECTION_ACK, LEGACY_WS, Subprotocol, choose_subprotocol

BAD_MESSAGE = 4400, "Invalid message received"
NOT_INITIALISED = 4401, "Unauthorized"
FORBIDDEN = 4403, "Forbidden"
NO_SUBPROTOCOL = 4406, "Subprotocol not acceptable"
INIT_TIMEOUT = 4408, "Connection initialisation timeout"
SECOND_INIT = 4429, "Too many initialisation requests"
TOO_BIG = 1009, "Message too big"
NORMAL = 1000, ""
MAX_REASON_BYTES = 123
ANSWER_SECONDS = 10.0  # for answers in flight when the supergraph changes or the router stops


class _Close(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Gone(Exception):
    """The client has closed."""


class WebSocketEndpoint:
    """Answers WebSocket connections on the path of GraphQL."""

    def __init__(self, engine: Engine, access_log: AccessLog, address: ClientAddress) -> None:
        self._engine = engine
        self._log = access_log
        self._address = address
        self._origins = Origins(engine.settings.cors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until either side ends it."""
        await receive()  # websocket.connect
        headers = request_headers(scope)
        if not self._origins.allow(headers):
            self._engine.refused(OriginRefused())
            await send({"type": "websocket.close", "code": 1000, "reason": ""})  # before accept: HTTP 403
            return
        protocol = choose_subprotocol(scope.get("subprotocols") or ())
        await send({"type": "websocket.accept", "subprotocol": protocol.name if protocol else None})
        if protocol is None:
            await send({"type": "websocket.close", "code": NO_SUBPROTOCOL[0], "reason": NO_SUBPROTOCOL[1]})
            return
        began = time.perf_counter()
        headers = self._origins.credible(headers)
        accept_request_id(headers.get(HEADER))
        connection = _Connection(self._engine, protocol, receive, send, headers, self._address.of(scope, headers))
        with self._engine.metrics.sockets.track_inprogress():
            code = await connection.serve()
        if self._log.enabled:
            self._log.write(scope, headers, status=code, seconds=time.perf_counter() - began)


class _Connection:
    def __init__(
        self,
        engine: Engine,
        protocol: Subprotocol,
        receive: Receive,
        send: Send,
        headers: dict[str, str],
        client_ip: str | None,
    ) -> None:
        self._engine = engine
        self._protocol = protocol
        self._receive = receive
        self._send_message = send
        replaceable = engine.settings.websocket.override_headers
        self._fixed_headers = headers.keys() - {name.lower() for name in replaceable}
        self._headers: Mapping[str, str] = headers
        self._client_ip = client_ip
        self._lifetime = engine.lifetime
        self._initialised = False
        self._subscriptions: set[str] = set()  # their keys among those of the operations
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> int:
        """Serve until the end; the close code."""
        watch = asyncio.create_task(self._watch())
        reading = asyncio.create_task(self._read())
        end = _Close(1006, "")
        try:
            await asyncio.wait({watch, reading}, return_when=asyncio.FIRST_COMPLETED)
            for task in (reading, watch):
                if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                    raise error
        except _Close as close:
            end = close
            await self._close(close)
        except _Gone:
            pass
        except Exception as fault:
            end = _Close(1011, "")
            await self._close(_Close(1011, InternalError(fault).message))
        finally:
            tasks = [watch, reading, *self._operations.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return end.code

    async def _watch(self) -> None:
        """The clock: the time for `connection_init`, keep-alives, the end of the lifetime."""
        settings = self._engine.settings.websocket
        over = self._lifetime.over
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), settings.init_timeout_seconds)
        if not over.is_set() and not self._initialised:
            raise _Close(*INIT_TIMEOUT)
        while not over.is_set():
            await self._text(self._protocol.keep_alive)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), settings.ping_seconds)
        await self._finish_answers()
        raise _Close(*self._lifetime.why.value)

    async def _finish_answers(self) -> None:
        """Let queries and mutations in flight be answered before the connection is closed; subscriptions end."""
        answers = [task for key, task in self._operations.items() if key not in self._subscriptions]
        if answers:
            await asyncio.wait(answers, timeout=ANSWER_SECONDS)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                raise _Gone
            await self._handle(_decode(message, self._engine.settings.limits.max_body_bytes))

    async def _handle(self, message: dict[str, Any]) -> None:
        kind, key, payload = message.get("type"), message.get("id"), message.get("payload")
        protocol = self._protocol
        if kind == "connection_init":
            await self._initialise(payload)
        elif kind == protocol.subscribe and isinstance(key, str) and key and isinstance(payload, dict):
            await self._subscribe(key, payload)
        elif kind == protocol.stop and isinstance(key, str):
            await self._stop(key)
        elif kind == "ping" and protocol.has_pings:
            await self._text(
                encode_json_text({"type": "pong", **({"payload": payload} if payload is not None else {})})
            )
        elif kind == "pong" and protocol.has_pings:
            pass
        elif kind is not None and kind == protocol.terminate:
            raise _Close(*NORMAL)
        else:
            raise _Close(*BAD_MESSAGE)

    async def _initialise(self, payload: object) -> None:
        if self._initialised:
            raise _Close(*SECOND_INIT)
        if payload is not None and not isinstance(payload, dict):
            raise _Close(*BAD_MESSAGE)
        self._headers = self._with_headers(payload)
        try:
            await self._engine.context(self._headers, self._client_ip)
        except RouterError as error:
            self._engine.refused(error)
            if self._protocol is LEGACY_WS:
                await self._text(encode_json_text({"type": "connection_error", "payload": error.formatted()[0]}))
            code = FORBIDDEN[0] if isinstance(error, Unauthenticated) else 1013
            raise _Close(code, error.message) from error
        self._initialised = True
        await self._text(CONNECTION_ACK)

    async def _subscribe(self, key: str, payload: dict[str, Any]) -> None:
        if not self._initialised:
            raise _Close(*NOT_INITIALISED)
        if key in self._operations:
            if self._protocol is not LEGACY_WS:
                raise _Close(4409, f"Subscriber for {key} already exists")
            await self._stop(key)  # the older protocol replaces it
        if len(self._operations) >= self._engine.settings.websocket.max_operations:
            error = TooManyOperations(self._engine.settings.websocket.max_operations)
            self._engine.refused(error)
            await self._text(self._protocol.error(key, error.formatted()))  # clients do not come back after a close
            return
        self._operations[key] = asyncio.create_task(self._run(key, payload))

    async def _stop(self, key: str) -> None:
        task = self._operations.pop(key, None)
        self._subscriptions.discard(key)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            if self._protocol is LEGACY_WS:
                await self._text(self._protocol.complete(key))

    async def _run(self, key: str, payload: dict[str, Any]) -> None:
        """One operation. Each result is written before the next is asked for: a slow client slows its own events."""
        began = time.perf_counter()
        status = 200
        accept_request_id(None)  # this task's: each operation of a connection has an id of its own
        try:
            events = await self._start(key, payload)
            async with contextlib.aclosing(events):
                async for event in events:
                    await self._text(self._protocol.result(key, event.encode()))
            last = self._protocol.complete(key)
        except RouterError as error:
            self._engine.refused(error)
            status, last = error.http_status, self._protocol.error(key, error.formatted())
        except TransportError as error:
            status, last = 502, self._protocol.error(key, RouterError(str(error), code=error.code).formatted())
        except _Gone:
            return
        except Exception as fault:
            status, last = 500, self._protocol.error(key, InternalError(fault).formatted())
        # Free the id before the client receives the end, since it may reuse the id immediately.
        if self._operations.get(key) is asyncio.current_task():
            del self._operations[key]
            self._subscriptions.discard(key)
        self._engine.metrics.count_request("websocket", status, time.perf_counter() - began)
        with contextlib.suppress(_Gone):
            await self._text(last)

    async def _start(self, key: str, payload: dict[str, Any]) -> AsyncGenerator[Response, None]:
        request = request_of(payload)
        headers = self._with_headers((request.extensions or {}).get("headers"))
        context: RequestContext = await self._engine.context(headers, self._client_ip)
        if self._engine.stopping:
            raise Unavailable("The router is stopping; connect again.")
        engine = self._engine
        pipeline = (
            engine.pipeline(request) if engine.branches is None else await engine.chosen_pipeline(request, context)
        )
        operation = pipeline.known(request) or await pipeline.prepared(request, context)
        if operation.kind is OperationKind.SUBSCRIPTION:
            self._subscriptions.add(key)
            return await self._engine.subscribe(pipeline, operation, request, context)
        return once(await self._engine.execute(pipeline, operation, request, context))

    def _with_headers(self, payload: object) -> Mapping[str, str]:
        """The connection's headers and those in a payload, which do not replace the upgrade request's own."""
        given = _headers_in(payload)
        if not given:
            return self._headers
        return {**self._headers, **{name: given[name] for name in given if name not in self._fixed_headers}}

    async def _text(self, text: str) -> None:
        try:
            await self._send_message({"type": "websocket.send", "text": text})
        except (OSError, RuntimeError) as error:  # what servers raise when the client has closed
            raise _Gone from error

    async def _close(self, close: _Close) -> None:
        reason = close.reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
        with contextlib.suppress(OSError, RuntimeError):
            await self._send_message({"type": "websocket.close", "code": close.code, "reason": reason})


def _decode(message: Message, limit: int) -> dict[str, Any]:
    text = message.get("text")
    content: str | bytes = text if text is not None else message.get("bytes") or b""
    if len(content) > limit:
        raise _Close(*TOO_BIG)
    try:
        decoded = decode_json(content)
    except JsonError as error:
        raise _Close(*BAD_MESSAGE) from error
    if not isinstance(decoded, dict):
        raise _Close(*BAD_MESSAGE)
    return decoded


def _headers_in(payload: object) -> dict[str, str]:
    """The headers that a client gives in a payload, since browsers cannot set them: at its top, or under `headers`."""
    if not isinstance(payload, dict):
        return {}
    nested = payload.get("headers")
    given = {**payload, **(nested if isinstance(nested, dict) else {})}
    return {name.lower(): value for name, value in given.items() if isinstance(value, str)}
