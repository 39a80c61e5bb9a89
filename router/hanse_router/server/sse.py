"""Server-sent events in the form of graphql-sse's distinct connections: `next` for each result, then `complete`."""

from __future__ import annotations

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

    def end(self, error: bytes | None) -> bytes:
        """The end, after the error as a result. EventSource drops events without data, hence the empty line."""
        closing = b"event: complete\ndata:\n\n"
        return closing if error is None else self.result(error) + closing
