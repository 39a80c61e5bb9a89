"""Which HTTP responses are GraphQL responses: by status, body and content encoding."""

from __future__ import annotations

import asyncio
import zlib

from hanse_router.transports.errors import MalformedResponse, ResponseTooLarge, SubgraphHttpError

_STEP_BYTES = 256 * 1024  # inflated at a time: about a millisecond of work
_DETECT, _RAW = 47, -15  # zlib's names for: gzip or zlib, by the header; deflate without a header


class FailedReply(bytes):
    """A GraphQL response with a status of 500 or above."""

    __slots__ = ()


def checked_reply(status: int, body: bytes) -> bytes:
    """The body, where it may be a GraphQL response: the status is 2xx, or the body has GraphQL errors.

    Raises SubgraphHttpError otherwise. (GraphQL over HTTP uses other statuses than 200, too.)
    """
    if 200 <= status < 300:
        return body
    if body.lstrip()[:1] == b"{" and b'"errors"' in body:
        return FailedReply(body) if status >= 500 else body
    raise SubgraphHttpError(f"The subgraph responded with HTTP status {status}.", status=status)


async def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """The decompressed body; a large one is decompressed in a thread.

    Raises MalformedResponse where it is invalid, ResponseTooLarge where it is larger than `limit` bytes.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise MalformedResponse("The subgraph's response has an unknown content encoding.")
    try:
        inflation = _Inflation(body, limit)
        return b"".join(inflation.parts) if inflation.step() else await asyncio.to_thread(inflation.rest)
    except zlib.error:
        raise MalformedResponse("The subgraph's response cannot be decompressed.") from None


class _Inflation:
    """A body that is decompressed step by step. Raises zlib.error, ResponseTooLarge."""

    def __init__(self, body: bytes, limit: int) -> None:
        self.parts: list[bytes] = []
        self._limit = limit
        self._size = 0
        self._body = self._rest = body
        self._stream = zlib.decompressobj(_DETECT)

    def step(self) -> bool:
        """Decompress some of it; whether that was the last of it."""
        try:
            part = self._stream.decompress(self._rest, _STEP_BYTES)
        except zlib.error:
            if self._size:
                raise
            self._stream = zlib.decompressobj(_RAW)  # some servers send a raw deflate stream as "deflate"
            part = self._stream.decompress(self._body, _STEP_BYTES)
        self._rest = self._stream.unconsumed_tail
        self._size += len(part)
        if self._size > self._limit:
            raise ResponseTooLarge(self._limit)
        self.parts.append(part)
        if not part and not self._stream.eof:
            raise zlib.error("the stream is incomplete")
        return self._stream.eof

    def rest(self) -> bytes:
        """All of it."""
        while not self.step():
            pass
        return b"".join(self.parts)
