"""Subgraphs over plain HTTP/1.1, on a lean pool of connections. What is rare goes through aiohttp."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import SplitResult, urlsplit

import msgspec

from hanse_router.in_flight import Done, InFlight, start_coroutine
from hanse_router.operation_kind import OperationKind
from hanse_router.transports.connection import Connection, HttpReply, Outcome
from hanse_router.transports.encoded_heads import EncodedHeads
from hanse_router.transports.errors import SubgraphUnreachable, TransportError
from hanse_router.transports.http_aiohttp import AiohttpTransport
from hanse_router.transports.http_pool import ConnectionPool
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport
from hanse_router.transports.redirects import STATUSES
from hanse_router.transports.replies import checked_reply, decompressed

ACCEPT = "application/graphql-response+json, application/json"


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
        self._heads = EncodedHeads(_encoded_head(parts, options))
        self._aiohttp: AiohttpTransport | None = None
        self._redirected = False  # whether the subgraph has redirected a request

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        if self._redirected or request.files:
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
                return await self._read(outcome)
            if is_new or not self._may_send_again(request, outcome):
                raise _error(outcome)

    def _go_on(self, request: SubgraphRequest, outcome: Outcome, done: Done[Reply]) -> InFlight | None:
        """Continue with an outcome that is no plain reply: send again, redirect, decompress; None for a failure."""
        if isinstance(outcome, HttpReply):
            if self._is_redirect(outcome):
                return self._over_aiohttp().start(request, done)
            return start_coroutine(self._read(outcome), done)
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
        if reply.status not in STATUSES or reply.location is None:
            return False
        self._redirected = True
        return True

    def _over_aiohttp(self) -> AiohttpTransport:
        if self._aiohttp is None:
            self._aiohttp = AiohttpTransport(self._url, self._options)
        return self._aiohttp

    async def _read(self, reply: HttpReply) -> Reply:
        """The body of a response. Raises TransportError where it is no GraphQL response."""
        body = reply.body
        if reply.encoding:
            body = await decompressed(body, reply.encoding, self._options.max_response_bytes)
        return body if 200 <= reply.status < 300 else checked_reply(reply.status, body)

    def _encoded(self, request: SubgraphRequest) -> bytes:
        body, head = request.body, self._heads.with_headers(request.headers)
        if request.request_id:
            form = b"%b\r\nx-request-id: %b\r\ncontent-length: %d\r\n\r\n%b"
            return form % (head, request.request_id, len(body), body)
        return b"%b\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)


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
        self.resent = transport._go_on(self.request, outcome, self.done)
        if self.resent is None:
            assert not isinstance(outcome, HttpReply)
            self.done(_error(outcome))

    def cancel(self) -> None:
        if self.resent is not None:
            self.resent.cancel()
        elif self.connection is not None:
            self.cancelled = True
            self.connection.close()  # which ends the request


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
