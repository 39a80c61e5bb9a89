"""Subgraphs over plain HTTP/1.1, on a lean pool of connections. What is rare goes through aiohttp."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from urllib.parse import SplitResult, urlsplit

import msgspec

from hanse_router.in_flight import Done, InFlight, start_coroutine
from hanse_router.operation_kind import OperationKind
from hanse_router.transports.connection import Connection, HttpReply, Outcome
from hanse_router.transports.errors import SubgraphUnreachable, TransportError
from hanse_router.transports.http_aiohttp import AiohttpTransport
from hanse_router.transports.http_pool import ConnectionPool
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport
from hanse_router.transports.replies import checked_reply, decompressed

ACCEPT = "application/graphql-response+json, application/json"
_MAX_ENCODED_HEADERS = 1000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpTransport(Transport):
    """Transport over `http://`.

    A request is written immediately if a connection is idle. Otherwise a task waits for one, and sends it.
    """

    def __init__(self, url: str, options: TransportOptions) -> None:
        parts = urlsplit(url)
        assert parts.scheme == "http"
        assert parts.hostname
        self._url = url
        self._options = options
        self._pool = ConnectionPool(parts.hostname, parts.port or 80, options)
        self._head = _encoded_head(parts, options)
        self._heads: dict[tuple[tuple[str, str], ...], bytes] = {}  # with the headers of recent requests
        self._aiohttp: AiohttpTransport | None = None
        self._redirects = False  # whether the subgraph has redirected a request

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        if self._redirects or request.files:
            return self._over_aiohttp().start(request, done)
        connection = self._pool.take_idle()
        if connection is None:
            return start_coroutine(self._send(request), done)
        exchange = _Exchange(self, connection, request, done)
        self._pool.send(connection, self._encoded(request), exchange.ended)
        return exchange

    def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        return self._over_aiohttp().stream(request)

    async def close(self) -> None:
        self._pool.close()
        if self._aiohttp is not None:
            await self._aiohttp.close()

    async def _send(self, request: SubgraphRequest) -> Reply:
        """Send a request once there is a connection for it."""
        encoded = self._encoded(request)
        while True:
            connection, is_new = await self._pool.take()
            response: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
            try:
                self._pool.send(connection, encoded, partial(_set_result, response))
                outcome = await response
            except BaseException:
                connection.close()
                raise
            finally:
                self._pool.release(connection)
            if isinstance(outcome, HttpReply):
                if self._is_redirect(outcome):
                    return await self._over_aiohttp().send(request)
                return self._read(outcome)
            if is_new or not self._may_send_again(request, outcome):
                raise _error(outcome)

    def _resend(self, request: SubgraphRequest, outcome: Outcome, done: Done[Reply]) -> InFlight | None:
        """Send a request again that an idle connection could not take, or that was redirected; None otherwise."""
        if isinstance(outcome, HttpReply):
            return self._over_aiohttp().start(request, done) if self._is_redirect(outcome) else None
        return start_coroutine(self._send(request), done) if self._may_send_again(request, outcome) else None

    def _may_send_again(self, request: SubgraphRequest, outcome: Outcome) -> bool:
        """Whether the server closed an idle connection just when a query was sent on it."""
        return (
            not isinstance(outcome, HttpReply | TransportError)
            and outcome.before_response
            and request.kind is OperationKind.QUERY
        )

    def _is_redirect(self, reply: HttpReply) -> bool:
        """Whether the subgraph redirects. Then all requests from now on go through aiohttp, which follows."""
        if reply.status not in _REDIRECTS or reply.location is None:
            return False
        self._redirects = True
        return True

    def _over_aiohttp(self) -> AiohttpTransport:
        if self._aiohttp is None:
            self._aiohttp = AiohttpTransport(self._url, self._options)
        return self._aiohttp

    def _read(self, reply: HttpReply) -> Reply:
        """The body of a response. Raises TransportError where it is no GraphQL response."""
        body = reply.body
        if reply.encoding:
            body = decompressed(body, reply.encoding, self._options.max_response_bytes)
        return body if 200 <= reply.status < 300 else checked_reply(reply.status, body)

    def _encoded(self, request: SubgraphRequest) -> bytes:
        body, head = request.body, self._head_with(request.headers)
        if request.request_id:
            form = b"%b\r\nx-request-id: %b\r\ncontent-length: %d\r\n\r\n%b"
            return form % (head, request.request_id, len(body), body)
        return b"%b\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)

    def _head_with(self, headers: Mapping[str, str]) -> bytes:
        if not headers:
            return self._head
        key = tuple(headers.items())
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= _MAX_ENCODED_HEADERS:
                self._heads.clear()
            head = self._heads[key] = self._head + _encoded_headers(headers)
        return head


class _Exchange(msgspec.Struct, eq=False):
    """A request that was written to an idle connection."""

    transport: HttpTransport
    connection: Connection | None  # until it is released
    request: SubgraphRequest
    done: Done[Reply]
    resent: InFlight | None = None
    cancelled: bool = False

    def ended(self, outcome: Outcome) -> None:
        transport = self.transport
        assert self.connection is not None
        transport._pool.release(self.connection)
        self.connection = None
        if self.cancelled:
            self.done(asyncio.CancelledError())
            return
        if isinstance(outcome, HttpReply) and 200 <= outcome.status < 300 and not outcome.encoding:
            self.done(outcome.body)
            return
        self.resent = transport._resend(self.request, outcome, self.done)
        if self.resent is None:
            self.done(_result(transport, outcome))

    def cancel(self) -> None:
        if self.resent is not None:
            self.resent.cancel()
        elif self.connection is not None:
            self.cancelled = True
            self.connection.close()  # which ends the request


def _result(transport: HttpTransport, outcome: Outcome) -> Reply | TransportError:
    if not isinstance(outcome, HttpReply):
        return _error(outcome)
    try:
        return transport._read(outcome)
    except TransportError as error:
        return error


def _error(outcome: Exception) -> TransportError:
    if isinstance(outcome, TransportError):
        return outcome
    return SubgraphUnreachable("The subgraph closed the connection before its response.")


def _set_result(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


def _encoded_head(parts: SplitResult, options: TransportOptions) -> bytes:
    """The request line and the headers that every request has."""
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


def _encoded_headers(headers: Mapping[str, str]) -> bytes:
    """Headers of one request. One with a line break is omitted: it could add headers of the client's choice."""
    lines = [
        f"\r\n{name}: {value}"
        for name, value in headers.items()
        if not ("\n" in value or "\r" in value or "\0" in value)
    ]
    return "".join(lines).encode("latin-1", "replace")
