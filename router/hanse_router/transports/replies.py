"""Which HTTP responses are GraphQL responses: by status, body and content encoding."""

from __future__ import annotations

import zlib

from hanse_router.transports.errors import MalformedResponse, SubgraphHttpError, TransportError


def checked_reply(status: int, body: bytes) -> bytes:
    """The body, where it may be a GraphQL response: the status is 2xx, or the body has GraphQL errors.

    Raises SubgraphHttpError otherwise. (GraphQL over HTTP uses other statuses than 200, too.)
    """
    if 200 <= status < 300:
        return body
    if body.lstrip()[:1] == b"{" and b'"errors"' in body:
        return body
    raise SubgraphHttpError(f"The subgraph responded with HTTP status {status}.", status=status)


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """The decompressed body. Raises MalformedResponse where it is invalid or larger than `limit` bytes."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise MalformedResponse("The subgraph's response has an unknown content encoding.")
    try:
        return _inflate(body, limit, 47)  # zlib or gzip, by the header
    except zlib.error:
        pass
    try:
        return _inflate(body, limit, -15)  # some servers send a raw deflate stream as "deflate"
    except zlib.error:
        raise MalformedResponse("The subgraph's response cannot be decompressed.") from None


def too_large(limit: int) -> TransportError:
    """The error for a response larger than `limit` bytes."""
    return MalformedResponse(f"The subgraph's response is larger than {limit} bytes.")


def _inflate(body: bytes, limit: int, window: int) -> bytes:
    stream = zlib.decompressobj(window)
    text = stream.decompress(body, limit + 1)
    if len(text) > limit:
        raise too_large(limit)
    if not stream.eof:
        raise zlib.error("the stream is incomplete")
    return text
