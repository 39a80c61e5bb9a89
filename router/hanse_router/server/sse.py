"""Server-sent events in the form of graphql-sse's distinct connections: `next` for each result, then `complete`."""

from __future__ import annotations

from collections.abc import Sequence

from hanse_router.execute import Response
from hanse_router.execute.errors import Error
from hanse_router.server.asgi import Header

CONTENT_TYPE = b"text/event-stream; charset=utf-8"
HEADERS: tuple[Header, ...] = ((b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


class SseEncoding:
    """The frames of one stream."""

    content_type = CONTENT_TYPE
    opening = b":\n\n"  # tells proxies and clients that the stream is there
    heartbeat = b":\n\n"

    def result(self, response: bytes) -> bytes:
        """A result. The JSON has no line breaks, so that it is one `data` line."""
        return b"event: next\ndata: " + response + b"\n\n"

    def end(self, errors: Sequence[Error]) -> bytes:
        """The end, after a result with the errors. EventSource ignores events without data, hence the empty line."""
        closing = b"event: complete\ndata:\n\n"
        return self.result(Response(errors=errors).encode()) + closing if errors else closing
