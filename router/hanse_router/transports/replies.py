"""Which replies over HTTP are GraphQL responses, whatever their status."""

from __future__ import annotations

import zlib

from hanse_router.transports.errors import MalformedResponse, SubgraphHttpError, TransportError


def checked_reply(status: int, body: bytes) -> bytes:
    """The body, where it may be a GraphQL response: of a good status, or of a bad one that tells its errors.

    Raises TransportError SUBGRAPH_HTTP_ERROR otherwise. (GraphQL over HTTP gives responses other statuses than 200.)
    """
    if 200 <= status < 300:
        return body
    if body.lstrip()[:1] == b"{" and b'"errors"' in body:
        return body
    raise SubgraphHttpError(f"The subgraph responded with HTTP status {status}.", status=status)


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its content encoding. Raises TransportError for one unknown, broken, or larger than `limit`."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise MalformedResponse("The subgraph's response has an unknown content encoding.")
    try:
        return _inflate(body, limit, 47)  # zlib or gzip, by the header
    except zlib.error:
        pass
    try:
        return _inflate(body, limit, -15)  # some call a bare deflate stream "deflate"
    except zlib.error:
        raise MalformedResponse("The subgraph's response cannot be decompressed.") from None


def too_large(limit: int) -> TransportError:
    """The reply is larger than is taken."""
    return MalformedResponse(f"The subgraph's response is larger than {limit} bytes.")


def _inflate(body: bytes, limit: int, window: int) -> bytes:
    stream = zlib.decompressobj(window)
    text = stream.decompress(body, limit + 1)
    if len(text) > limit:
        raise too_large(limit)
    if not stream.eof:
        raise zlib.error("the stream ends too soon")
    return text
