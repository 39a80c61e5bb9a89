"""uvicorn's HTTP/1.1 and WebSocket with limits on what a client sends, and on the time that it takes.

uvicorn itself accepts a head of any size, and waits for a request or for a reading client forever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame

from hanse.client_transport import ClientTransport
from hanse.open_connections import ConnectionRules
from hanse.refusals import (
    Refusal,
    head_too_large,
    malformed,
    too_many_connections,
    too_many_headers,
    too_many_pipelined,
    too_slow,
    wrong_host,
)
from hanse.response_cycle import ResponseCycle
from hanse_wire.server_settings import DEFAULT_SERVER_SETTINGS, ServerSettings

LINGER_SECONDS = 2.0  # in which a refused client can read the answer: an immediate close would delete it
MAX_FRAGMENTS = 10_000  # of one WebSocket message
MAX_UNREAD_PONGS = 1_000_000  # bytes


class HttpProtocol(HttpToolsProtocol):
    """One HTTP connection. `watch` has to run beside its server: it enforces the times."""

    transport: ClientTransport

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        rules: ConnectionRules | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._rules = rules or ConnectionRules()
        self._limits = self._rules.limits
        self._requests = 0  # begun
        self._in_body = False  # whether a request's head was received, and its body was not
        self._ended = False  # whether a request was completed by the bytes being read
        self._head_bytes = 0  # of an incomplete head
        self._body_bytes = 0  # of an incomplete body
        self._unused_bytes = 0  # since the last part of a body: chunk extensions and trailers
        self._refusal: Refusal | None = None
        self._clock = _Clock()
        self._writes = _Writes()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        joined = ClientTransport(cast(asyncio.Transport, transport))
        super().connection_made(joined)
        limits = self._limits
        is_too_many = len(self.connections) > limits.max_connections
        if limits.max_connections_per_address and self.client is not None:
            address, by_address = self.client[0], self._rules.by_address
            is_too_many |= by_address.add(address) > limits.max_connections_per_address
            joined.on_lost = partial(by_address.remove, address)
        if is_too_many:
            self._refuse(too_many_connections())
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.transport.lost()

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._unset_keepalive_if_required()
        if not self._in_body and self._head_bytes + len(data) > self._limits.max_head_bytes:
            self._feed_in_parts(data)
        else:
            self._feed(data)

    def _feed_in_parts(self, data: bytes) -> None:
        """Parse no more of a head at a time than may still be accepted."""
        position = 0
        while position < len(data) and self._refusal is None and self.parser is not None:
            room = len(data) if self._in_body else self._limits.max_head_bytes - self._head_bytes
            self._feed(data[position : position + room])
            position += room

    def _feed(self, data: bytes) -> None:
        in_body, before = self._in_body, self._body_bytes
        self._ended = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrade()
            return
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, Refusal) else malformed())
            return
        if self._ended:
            return
        if not self._in_body:
            self._head_bytes += len(data)
            if self._head_bytes >= self._limits.max_head_bytes:
                self._refuse(head_too_large(self._limits.max_head_bytes))
        elif in_body and self._body_bytes == before:
            self._unused_bytes += len(data)
            if self._unused_bytes > self._limits.max_head_bytes:
                self._refuse(head_too_large(self._limits.max_head_bytes))

    def _upgrade(self) -> None:
        if self._should_upgrade():
            self.handle_websocket_upgrade()
        else:
            self._unsupported_upgrade_warning()

    # callbacks of httptools; what they raise is the context of the parser's error

    def on_message_begin(self) -> None:
        self._requests += 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        limits = self._limits
        if len(self.headers) > limits.max_headers:
            raise too_many_headers(limits.max_headers)
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts != 1 and (hosts or self.parser.get_http_version() != "1.0"):
            raise wrong_host()
        if len(self.pipeline) >= limits.max_pipelined:
            raise too_many_pipelined(limits.max_pipelined)
        if self.parser.should_upgrade():
            super().on_headers_complete()
        else:
            self._begin_response()
            self.headers = []  # for the trailer: uvicorn would add it to the headers of the request
        self._in_body = self.transport.is_sent_to = True
        self._body_bytes = self._unused_bytes = 0

    def _begin_response(self) -> None:
        """Start the application, or queue the request behind those sent before."""
        parser, scope, previous = self.parser, self.scope, self.cycle
        version = scope["http_version"] = parser.get_http_version()
        scope["method"] = parser.get_method().decode("ascii")
        url = httptools.parse_url(self.url)
        scope["raw_path"] = url.path
        scope["path"] = unquote(url.path.decode("ascii"))
        scope["query_string"] = url.query or b""
        self.cycle = ResponseCycle(
            scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            False,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            version != "1.0" and parser.should_keep_alive(),
            self.on_response_complete,
        )
        if previous is None or previous.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._unused_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = self.transport.is_sent_to = False
        self._ended = True
        self._head_bytes = 0
        super().on_message_complete()
        if self.transport.has_ended:
            self.transport.close()

    def on_response_complete(self) -> None:
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        # uvicorn would start a timer for each response here. `watch` closes idle connections instead.
        self.server_state.total_requests += 1
        self.flow.resume_reading()

    # limits

    def check(self, now: float) -> None:
        """Close the connection if its client takes too long. Times are those of the event loop."""
        if self._writes.are_stuck(self.transport, now, self._limits):
            self.transport.abort()
            return
        allowed = self._allowed_seconds()
        state = (self._requests, self._in_body, self._is_answered)
        waited = self._clock.seconds(now, state, paused=self.flow.read_paused)
        if allowed is None or waited <= allowed:
            return
        if self._refusal is not None:
            self.transport.abort()
        elif self._in_body or self._head_bytes:
            self._refuse(too_slow())
        else:
            self.transport.close()

    @property
    def _is_answered(self) -> bool:
        """Whether no response is owed to the client."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.disconnected

    def _allowed_seconds(self) -> float | None:
        """How long the client may take for what it is to send next; None if nothing is expected of it."""
        limits = self._limits
        if not self._in_body and not self._is_answered:
            return None
        if self._refusal is not None or (self._in_body and self._is_answered):
            return LINGER_SECONDS
        if self._in_body:
            return limits.body_seconds + self._body_bytes / limits.min_bytes_per_second
        return limits.head_seconds if self._head_bytes or self.cycle is None else limits.idle_seconds

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with the refusal, where no other response has to come first. From now on what is read is ignored."""
        self._refusal = refusal
        self._rules.on_refused(refusal.code)
        self._clock = _Clock()
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        cycle = self.cycle
        if self._in_body:
            cycle.disconnected = True  # for the application its client is gone
            cycle.message_event.set()
            if self.pipeline or cycle.response_started:
                self.transport.abort()
                return
        elif cycle is not None and not cycle.response_complete:
            cycle.keep_alive = False  # the last response that this connection gets
            return
        self.transport.write(refusal.response)
        self.transport.write_eof()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection, after HttpProtocol has received the handshake."""

    transport: ClientTransport

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ServerSettings = DEFAULT_SERVER_SETTINGS,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._writes = _Writes()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.writable.is_set() and self.transport.unread > MAX_UNREAD_PONGS:
            self.transport.abort()  # it sends pings, and does not read

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MAX_FRAGMENTS:
            self.transport.abort()
            return
        super().handle_cont(event)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.transport.lost()

    def check(self, now: float) -> None:
        """Close the connection if its client does not read."""
        if self._writes.are_stuck(self.transport, now, self._limits):
            self.transport.abort()


class _Clock:
    """Measures how long a connection has been in one state, as far as it is looked at."""

    __slots__ = ("_looked_at", "_since", "_state")

    def __init__(self) -> None:
        self._state: object = None
        self._since = self._looked_at = 0.0

    def seconds(self, now: float, state: object, *, paused: bool) -> float:
        """The seconds in this state, without those in which the client was not read from."""
        if state != self._state:
            self._state, self._since = state, now
        elif paused:
            self._since += now - self._looked_at
        self._looked_at = now
        return now - self._since


class _Writes:
    """Measures how long a client has left bytes unread, and how many it has read meanwhile."""

    __slots__ = ("_sent", "_since")

    def __init__(self) -> None:
        self._since: float | None = None  # None: all is read
        self._sent = 0  # bytes that had reached the client then

    def are_stuck(self, transport: ClientTransport, now: float, limits: ServerSettings) -> bool:
        """Whether the client reads more slowly than allowed."""
        unread = transport.unread
        if not unread:
            self._since = None
            return False
        sent = transport.written - unread
        if self._since is None:
            self._since, self._sent = now, sent
        return now - self._since > limits.write_seconds + (sent - self._sent) / limits.min_bytes_per_second


async def watch(connections: Iterable[object], limits: ServerSettings) -> None:
    """Check every connection at intervals, until cancelled: one timer serves them all."""
    loop = asyncio.get_running_loop()
    interval = min(
        1.0, limits.head_seconds / 4, limits.body_seconds / 4, limits.write_seconds / 4, limits.idle_seconds / 4
    )
    while True:
        await asyncio.sleep(interval)
        now = loop.time()
        for connection in list(connections):
            if isinstance(connection, HttpProtocol | WebSocketProtocol):
                connection.check(now)
