"""The pool of HTTP/1.1 connections to one subgraph: keep-alive, bounded, with deadlines."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from time import monotonic

from hanse_router.transports.connection import Connection, Outcome
from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable, TransportClosed
from hanse_router.transports.options import TransportOptions

_MIN_WATCH_SECONDS, _MAX_WATCH_SECONDS = 0.005, 0.5


class ConnectionPool:
    """At most `max_connections` connections, each taken for one request and released after it."""

    def __init__(self, host: str, port: int, options: TransportOptions) -> None:
        self._host = host
        self._port = port
        self._options = options
        self._idle: deque[Connection] = deque()  # the one used last is the last
        self._open: set[Connection] = set()
        self._free = options.max_connections
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False
        self._watch: asyncio.TimerHandle | None = None
        # A timeout is noticed up to this much too late.
        self._watch_seconds = min(max(options.timeout / 16, _MIN_WATCH_SECONDS), _MAX_WATCH_SECONDS)

    def take_idle(self) -> Connection | None:
        """An idle connection, where there is one. It is released with `release`."""
        if not self._idle or not self._free or self._closed:
            return None
        connection = self._pop_idle()
        if connection is not None:
            self._free -= 1
        return connection

    async def take(self) -> tuple[Connection, bool]:
        """A connection and whether it is new; waits for a free one. Raises TransportError."""
        if self._free and not self._closed:
            self._free -= 1
        else:
            await self._wait_for_free()
        try:
            connection = self._pop_idle()
            return (connection, False) if connection is not None else (await self._connect(), True)
        except BaseException:
            self._set_free()
            raise

    def send(self, connection: Connection, request: bytes, done: Callable[[Outcome], None]) -> None:
        """Send a request on a connection that was taken, with the deadline of the options."""
        connection.deadline = monotonic() + self._options.timeout
        if self._watch is None:
            self._watch_deadlines()
        connection.send(request, done)

    def release(self, connection: Connection) -> None:
        """Take back a connection, for the next request if it is reusable."""
        connection.deadline = None
        if connection.reusable and not self._closed:
            connection.idle_since = monotonic()
            self._idle.append(connection)
        else:
            connection.close()
        if self._waiting:
            self._set_free()
        else:
            self._free += 1

    def close(self) -> None:
        """Close every connection; requests that wait for one fail."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        for connection in list(self._open):
            connection.close()
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _pop_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()  # the one used last is the least likely to be closed by the server
            if connection.idle_since < monotonic() - self._options.idle_seconds:
                connection.close()
            elif connection.reusable:
                return connection
        return None

    async def _connect(self) -> Connection:
        options, loop = self._options, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(options.connect_timeout):
                connecting = loop.create_connection(
                    lambda: Connection(options.max_response_bytes, self._open.discard), self._host, self._port
                )
                # Its callbacks serve many requests: they must not run in the context of this one.
                _, connection = await loop.create_task(connecting, context=Context())
        except TimeoutError:
            raise SubgraphTimeout("The connection to the subgraph was not established in time.") from None
        except OSError:
            raise SubgraphUnreachable("The subgraph cannot be reached.") from None
        self._open.add(connection)
        return connection

    async def _wait_for_free(self) -> None:
        """Wait until another request has released its connection."""
        if self._closed:
            raise TransportClosed
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._options.timeout):
                await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled():
                self._set_free()  # it became free at the same moment
            elif waiter in self._waiting:
                self._waiting.remove(waiter)
            if isinstance(error, TimeoutError):
                raise SubgraphTimeout("No connection to the subgraph became free in time.") from None
            raise
        if self._closed:
            raise TransportClosed

    def _set_free(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    def _watch_deadlines(self) -> None:
        loop = asyncio.get_running_loop()  # a system call on Python 3.11, therefore not made for each request
        self._watch = loop.call_later(self._watch_seconds, self._check_deadlines)

    def _check_deadlines(self) -> None:
        """Time out what is late, and close what was idle for too long.

        One timer serves all connections, while any of them waits for a response: one for each request costs more.
        """
        self._watch = None
        now = monotonic()
        in_flight = [connection for connection in self._open if connection.deadline is not None]
        for connection in in_flight:
            if connection.deadline is not None and connection.deadline <= now:
                connection.time_out()
        while self._idle and self._idle[0].idle_since < now - self._options.idle_seconds:
            self._idle.popleft().close()
        if in_flight and self._watch is None:
            self._watch_deadlines()
