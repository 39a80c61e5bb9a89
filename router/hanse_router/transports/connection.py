"""One HTTP/1.1 connection to a subgraph: one request at a time, its response parsed by httptools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools
import msgspec

from hanse_router.transports.errors import MalformedResponse, ResponseTooLarge, SubgraphTimeout, TransportError

_MAX_HEAD_BYTES = 65_536  # also of what is between two parts of a body: sizes of chunks, a trailer


class HttpReply(msgspec.Struct, frozen=True, gc=False):
    """A response as received."""

    status: int
    body: bytes
    encoding: str
    location: str | None


class ConnectionLost(Exception):
    """The connection ended; `before_response` where not one byte of a response was received."""

    def __init__(self, before_response: bool) -> None:
        super().__init__("connection lost")
        self.before_response = before_response


Outcome = HttpReply | ConnectionLost | TransportError


class Connection(asyncio.Protocol):
    """A keep-alive connection; `reusable` says whether it can take another request. Its pool watches the `deadline`."""

    __slots__ = (
        "_body",
        "_done",
        "_encoding",
        "_framed",
        "_head_size",
        "_keep_alive",
        "_limit",
        "_location",
        "_on_lost",
        "_outcome",
        "_parser",
        "_received",
        "_size",
        "_transport",
        "deadline",
        "idle_since",
    )

    def __init__(self, limit: int, on_lost: Callable[[Connection], None]) -> None:
        """`limit` is the maximum size of a body in bytes; `on_lost` is called when the connection has ended."""
        self._limit = limit
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._done: Callable[[Outcome], None] | None = None  # while a request is in flight
        self._outcome: Outcome | None = None  # until it is reported
        self._keep_alive = True
        self.idle_since = 0.0
        self.deadline: float | None = None  # while a request is in flight
        self._location: str | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._head_size = 0
        self._reset()

    @property
    def reusable(self) -> bool:
        """Whether another request can be sent."""
        return self._keep_alive and self._transport is not None and not self._transport.is_closing()

    def send(self, request: bytes, done: Callable[[Outcome], None]) -> None:
        """Send an encoded request; `done` is called with its outcome, later. A failure closes the connection."""
        assert self._transport is not None
        assert self._done is None
        self._reset()
        self._done = done
        self._head_size = 0
        self._transport.write(request)

    def close(self) -> None:
        """Close the connection without waiting."""
        self._keep_alive = False
        if self._transport is not None:
            self._transport.abort()

    def time_out(self) -> None:
        """Stop waiting for the response."""
        self._outcome = SubgraphTimeout()
        self._report()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its base class

    def data_received(self, data: bytes) -> None:
        if self._done is None:
            self.close()  # no request was sent: these bytes must not be the response to the next one
            return
        self._received = True
        size = self._size
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._malformed("The subgraph's response is not plain HTTP.")
        except httptools.HttpParserError:
            self._malformed("The subgraph's response is not HTTP.")
        if self._outcome is None and self._size == size:  # nothing of the body was in the data
            self._head_size += len(data)
            if self._head_size > _MAX_HEAD_BYTES:
                self._malformed("The headers of the subgraph's response are too large.")
        if self._outcome is not None:  # reported only now: the next request may be sent here within that call
            self._report()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep_alive = False
        self._transport = None
        if self._done is not None:
            if self._ends_with_connection():
                self.on_message_complete()
            if self._outcome is None:
                self._outcome = ConnectionLost(not self._received)
            self._report()
        self._on_lost(self)

    # callbacks of httptools

    def on_message_begin(self) -> None:
        if self._outcome is not None:
            self._keep_alive = False  # a second response to one request

    def on_header(self, name: bytes, value: bytes) -> None:
        length = len(name)
        if length == 16 and name.lower() == b"content-encoding":
            self._encoding = value.decode("latin-1").strip().lower()
        elif length == 8 and name.lower() == b"location":
            self._location = value.decode("latin-1")
        elif length in (14, 17) and name.lower() in (b"content-length", b"transfer-encoding"):
            self._framed = True

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        self._head_size = 0
        if self._size > self._limit:
            self._outcome = self._outcome or ResponseTooLarge(self._limit)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # an interim response such as 103: the final one follows
            self._reset()
            return
        if not self._parser.should_keep_alive():
            self._keep_alive = False
        if self._outcome is None:
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._outcome = HttpReply(status, body, self._encoding, self._location)

    def _ends_with_connection(self) -> bool:
        """Whether the end of the connection ends the body: it has neither a length nor chunks."""
        return self._received and not self._framed and self._size > 0

    def _reset(self) -> None:
        self._body: list[bytes] = []
        self._size = 0
        self._encoding = ""
        self._location = None
        self._received = False
        self._framed = False

    def _malformed(self, message: str) -> None:
        """Bytes that cannot be parsed; after a complete response they only end the connection."""
        self._keep_alive = False
        if self._outcome is None:
            self._outcome = MalformedResponse(message)

    def _report(self) -> None:
        done, outcome = self._done, self._outcome
        self._done = self._outcome = None
        if not isinstance(outcome, HttpReply):
            self.close()
        if done is not None and outcome is not None:
            done(outcome)
