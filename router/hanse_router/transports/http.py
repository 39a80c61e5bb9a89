"""Subgraphs over plain HTTP/1.1: a lean pool of keep-alive connections; whatever is rare goes through aiohttp."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import Context
from functools import partial
from urllib.parse import SplitResult, urlsplit

import msgspec

from hanse_router.operation_kind import OperationKind
from hanse_router.transports.connection import Connection, HttpReply, Outcome
from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable, TransportClosed, TransportError
from hanse_router.transports.http_aiohttp import AiohttpTransport
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.prompt import Done, UnderWay, sent
from hanse_router.transports.protocol import SubgraphRequest
from hanse_router.transports.replies import checked_reply, decompressed

ACCEPT = "application/graphql-response+json, application/json"
_MOST_HEADS = 1000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpTransport:
    """Transport over `http://`."""

    def __init__(self, url: str, options: TransportOptions) -> None:
        parts = urlsplit(url)
        assert parts.scheme == "http"
        assert parts.hostname
        self._url = url
        self._host, self._port = parts.hostname, parts.port or 80
        self._head = _head(parts, options)
        self._heads: dict[tuple[tuple[str, str], ...], bytes] = {}  # with headers, as they were sent last
        self._options = options
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._slots = options.max_connections
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._aiohttp: AiohttpTransport | None = None
        self._redirects = False
        self._closed = False
        self._running_loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._watch_interval = min(max(options.timeout / 16, 0.005), 0.5)  # how late a time-out may come

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport."""
        if self._redirects or request.files:
            return await self._rare().send(request)
        reply = await self._exchange(self._encoded(request), request.kind is OperationKind.QUERY)
        if self._leads_elsewhere(reply):
            return await self._rare().send(request)
        return self._read(reply)

    def begin(self, request: SubgraphRequest, done: Done) -> UnderWay | None:
        """See Begin: where a connection is idle."""
        if not self._slots or self._redirects or self._closed:
            return None
        connection = self._idle_connection()
        if connection is None:
            return None
        self._slots -= 1
        under_way = _UnderWay(self, connection, request, done)
        self._ask(connection, self._encoded(request), under_way.ended)
        return under_way

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport: server-sent events or multipart, which are read by aiohttp."""
        return self._rare().stream(request)

    async def close(self) -> None:
        """See Transport."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        for connection in list(self._open):
            connection.close()
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        if self._aiohttp is not None:
            await self._aiohttp.close()

    def _rare(self) -> AiohttpTransport:
        if self._aiohttp is None:
            self._aiohttp = AiohttpTransport(self._url, self._options)
        return self._aiohttp

    def _head_with(self, headers: Mapping[str, str]) -> bytes:
        if not headers:
            return self._head
        key = tuple(headers.items())
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            head = self._heads[key] = self._head + _lines(headers)
        return head

    def _encoded(self, request: SubgraphRequest) -> bytes:
        body, head = request.body, self._head_with(request.headers)
        if request.request_id:
            identifier = request.request_id.encode("ascii")
            return b"%b\r\nx-request-id: %b\r\ncontent-length: %d\r\n\r\n%b" % (head, identifier, len(body), body)
        return b"%b\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)

    def _leads_elsewhere(self, reply: HttpReply) -> bool:
        """Whether it is a redirect: from now on all goes through aiohttp."""
        if reply.status not in _REDIRECTS or reply.location is None:
            return False
        self._redirects = True
        return True

    def _read(self, reply: HttpReply) -> bytes:
        """What the reply says. Raises TransportError."""
        body = reply.body
        if reply.encoding:
            body = decompressed(body, reply.encoding, self._options.max_response_bytes)
        return body if 200 <= reply.status < 300 else checked_reply(reply.status, body)

    async def _exchange(self, encoded: bytes, repeatable: bool) -> HttpReply:
        if self._slots and not self._closed:
            self._slots -= 1
        else:
            await self._wait_for_slot()
        try:
            while True:
                connection = self._idle_connection()
                fresh = connection is None
                if connection is None:
                    connection = await self._connect()
                waiter: asyncio.Future[Outcome] = self._loop.create_future()
                self._ask(connection, encoded, partial(_settle, waiter))
                try:
                    outcome = await waiter
                except BaseException:
                    connection.close()
                    raise
                self._keep(connection)
                if isinstance(outcome, HttpReply):
                    return outcome
                if isinstance(outcome, TransportError):
                    raise outcome
                # A server may hang up on an idle connection just as the request goes out: that one is sent again.
                if fresh or not outcome.silent or not repeatable:
                    raise _broken_off()
        finally:
            self._give_slot()

    def _ask(self, connection: Connection, encoded: bytes, done: Callable[[Outcome], None]) -> None:
        connection.deadline = self._loop.time() + self._options.timeout
        if self._watch is None:
            self._watch = self._loop.call_later(self._watch_interval, self._mind_deadlines)
        connection.ask(encoded, done)

    def _keep(self, connection: Connection) -> None:
        """Put it among the idle ones, where it can be used again."""
        connection.deadline = None
        if connection.reusable and not self._closed:
            connection.idle_since = self._loop.time()
            self._idle.append(connection)
        else:
            connection.close()

    async def _wait_for_slot(self) -> None:
        """Wait until one more request may run: there are no more connections than `max_connections`."""
        if self._closed:
            raise TransportClosed()
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._options.timeout):
                await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled():
                self._give_slot()  # it came at the very moment
            elif waiter in self._waiting:
                self._waiting.remove(waiter)
            if isinstance(error, TimeoutError):
                raise SubgraphTimeout("No connection to the subgraph became free in time.") from None
            raise
        if self._closed:
            raise TransportClosed()

    def _give_slot(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._slots += 1

    def _idle_connection(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()  # the one used last is the least likely to be hung up on
            if connection.idle_since < self._loop.time() - self._options.idle_seconds:
                connection.close()
            elif connection.reusable:
                return connection
        return None

    async def _connect(self) -> Connection:
        options = self._options
        try:
            async with asyncio.timeout(options.connect_timeout):
                connecting = self._loop.create_connection(
                    lambda: Connection(options.max_response_bytes, self._lost),
                    self._host,
                    self._port,
                )
                # Its callbacks serve many requests: they must not run in the context of this one.
                _, connection = await self._loop.create_task(connecting, context=Context())
        except TimeoutError:
            raise SubgraphTimeout("The connection to the subgraph was not established in time.") from None
        except OSError:
            raise SubgraphUnreachable("The subgraph cannot be reached.") from None
        self._open.add(connection)
        return connection

    def _mind_deadlines(self) -> None:
        """One timer for all connections, as long as any waits for a reply: one for each request costs more."""
        self._watch = None
        now = self._loop.time()
        waits = [connection for connection in self._open if connection.deadline is not None]
        for connection in waits:
            if connection.deadline is not None and connection.deadline <= now:
                connection.time_out()
        while self._idle and self._idle[0].idle_since < now - self._options.idle_seconds:
            self._idle.popleft().close()
        if waits:
            self._watch = self._loop.call_later(self._watch_interval, self._mind_deadlines)

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        # Python 3.11 makes a system call each time that it is asked for the running loop: 8 % of a request.
        if self._running_loop is None:
            self._running_loop = asyncio.get_running_loop()
        return self._running_loop


class _UnderWay(msgspec.Struct, eq=False):
    """A request begun on an idle connection."""

    transport: HttpTransport
    connection: Connection
    request: SubgraphRequest
    done: Done
    instead: UnderWay | None = None

    def ended(self, outcome: Outcome) -> None:
        """The connection has done what it could."""
        transport = self.transport
        transport._keep(self.connection)
        transport._give_slot()
        if isinstance(outcome, HttpReply):
            if transport._leads_elsewhere(outcome):
                self.instead = sent(transport.send(self.request), self.done)
                return
            try:
                reply = transport._read(outcome)
            except TransportError as error:
                self.done(error)
            else:
                self.done(reply)
        elif isinstance(outcome, TransportError):
            self.done(outcome)
        elif outcome.silent and self.request.kind is OperationKind.QUERY:  # hung up on while it was idle
            self.instead = sent(transport.send(self.request), self.done)
        else:
            self.done(_broken_off())

    def cancel(self) -> None:
        """See UnderWay."""
        if self.instead is not None:
            self.instead.cancel()
        else:
            self.request = _GIVEN_UP
            self.connection.close()


_GIVEN_UP = SubgraphRequest(b"", OperationKind.MUTATION)  # what is not sent again


def _broken_off() -> TransportError:
    return SubgraphUnreachable("The subgraph closed the connection before its response.")


def _settle(waiter: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not waiter.done():
        waiter.set_result(outcome)


def _head(parts: SplitResult, options: TransportOptions) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    lines = [
        f"POST {target} HTTP/1.1",
        f"host: {host}" + (f":{parts.port}" if parts.port else ""),
        f"accept: {ACCEPT}",
        "content-type: application/json",
    ]
    if options.compressed:
        lines.append("accept-encoding: gzip, deflate")
    return "\r\n".join(lines).encode("ascii")


def _lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they go out. Line breaks would begin headers of the client's choice: such a one is left out."""
    lines = [
        f"\r\n{name}: {value}"
        for name, value in headers.items()
        if not ("\n" in value or "\r" in value or "\0" in value)
    ]
    return "".join(lines).encode("latin-1", "replace")
