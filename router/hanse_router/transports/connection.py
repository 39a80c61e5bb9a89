"""One HTTP/1.1 connection to a subgraph: one request at a time, its reply gathered by httptools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools
import msgspec

from hanse_router.transports.errors import MalformedResponse, SubgraphTimeout, TransportError
from hanse_router.transports.replies import too_large

_MOST_HEAD = 1_000_000  # bytes of a reply's head


class HttpReply(msgspec.Struct, frozen=True, gc=False):
    """A reply as it came."""

    status: int
    body: bytes
    encoding: str
    location: str | None


class ConnectionLost(Exception):
    """The connection ended; `silent` when not one byte of a reply had come."""

    def __init__(self, silent: bool) -> None:
        super().__init__("connection lost")
        self.silent = silent


Outcome = HttpReply | ConnectionLost | TransportError


class Connection(asyncio.Protocol):
    """Keep-alive where both sides want it; `reusable` tells after each reply. Its owner minds the `deadline`."""

    __slots__ = (
        "_body",
        "_done",
        "_encoding",
        "_framed",
        "_head_size",
        "_heard",
        "_keep",
        "_limit",
        "_location",
        "_on_lost",
        "_outcome",
        "_parser",
        "_size",
        "_transport",
        "deadline",
        "idle_since",
    )

    def __init__(self, limit: int, on_lost: Callable[[Connection], None]) -> None:
        self._limit = limit
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._done: Callable[[Outcome], None] | None = None  # while a request is under way
        self._outcome: Outcome | None = None  # until it is told
        self._keep = True
        self.idle_since = 0.0
        self.deadline: float | None = None  # while a request is under way
        self._location: str | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._begin()

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent."""
        return self._keep and self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes, done: Callable[[Outcome], None]) -> None:
        """Send an encoded request; `done` is called with what comes of it. Closes where it fails."""
        assert self._transport is not None
        assert self._done is None
        self._begin()
        self._done = done
        self._transport.write(request)

    def close(self) -> None:
        """End the connection at once."""
        self._keep = False
        if self._transport is not None:
            self._transport.abort()

    def time_out(self) -> None:
        """Give up waiting for the reply."""
        self._outcome = SubgraphTimeout()
        self._tell()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is one in all but its base class

    def data_received(self, data: bytes) -> None:
        if self._done is None:
            self.close()  # nothing was asked: whatever this is, it must not answer the next request
            return
        self._heard = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._malformed("The subgraph's response is not plain HTTP.")
        except httptools.HttpParserError:
            self._malformed("The subgraph's response is not HTTP.")
        if self._outcome is None and not self._size:  # the head goes on
            self._head_size += len(data)
            if self._head_size > _MOST_HEAD:
                self._malformed("The headers of the subgraph's response are too large.")
        if self._outcome is not None:  # told only now: the next request may begin at once, on this very connection
            self._tell()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep = False
        self._transport = None
        if self._done is not None:
            if self._until_close():
                self.on_message_complete()
            if self._outcome is None:
                self._outcome = ConnectionLost(not self._heard)
            self._tell()
        self._on_lost(self)

    # httptools' callbacks

    def on_message_begin(self) -> None:
        if self._outcome is not None:
            self._keep = False  # more than was asked for

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
        if self._size > self._limit:
            self._outcome = self._outcome or too_large(self._limit)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # 103 and its like come before the reply
            self._begin()
            return
        if not self._parser.should_keep_alive():
            self._keep = False
        if self._outcome is None:
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._outcome = HttpReply(status, body, self._encoding, self._location)

    def _until_close(self) -> bool:
        """Whether the end of the connection is the end of the reply: neither length nor chunks were told."""
        return self._heard and not self._framed and self._size > 0

    def _begin(self) -> None:
        self._body: list[bytes] = []
        self._size = self._head_size = 0
        self._encoding = ""
        self._location = None
        self._heard = False
        self._framed = False

    def _malformed(self, message: str) -> None:
        """What cannot be read; behind a whole reply it only ends the connection."""
        self._keep = False
        if self._outcome is None:
            self._outcome = MalformedResponse(message)

    def _tell(self) -> None:
        done, outcome = self._done, self._outcome
        self._done = self._outcome = None
        if not isinstance(outcome, HttpReply):
            self.close()
        if done is not None and outcome is not None:
            done(outcome)
