"""One request and its response on a connection: uvicorn's, with a short way for a response that is sent whole.

uvicorn writes the head and the body by two calls of the system, and searches each header by two expressions: see
`make bench-baseline`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


class ResponseCycle(RequestResponseCycle):
    """The head of a response with a content length is held until its body begins: both are one write."""

    _held = b""  # the head

    async def send(self, message: Any) -> None:
        """ASGI's. Raises RuntimeError for messages and headers that are not valid."""
        if self._held:
            head, self._held = self._held, b""
            if self._is_whole(message):
                self.transport.write(head + message.get("body", b""))
                self._complete()
                return
            if not self.disconnected:
                self.transport.write(head)
        elif self._may_hold(message):
            self._held = self._head(message)
            if self._held:
                return
        await super().send(message)

    def _may_hold(self, message: Any) -> bool:
        is_start = not self.response_started and message["type"] == "http.response.start"
        return is_start and self.keep_alive and self.scope["method"] != "HEAD"

    def _is_whole(self, message: Any) -> bool:
        """Whether the message has all of the body, and may be written now."""
        is_whole = not message.get("more_body") and len(message.get("body", b"")) == self.expected_content_length
        return is_whole and not self.flow.write_paused and not self.disconnected

    def _head(self, message: Any) -> bytes:
        """The head of a response with a content length; nothing if uvicorn is to send it, or to refuse it."""
        length: int | None = None
        headers: Iterable[tuple[bytes, bytes]] = [*self.default_headers, *message.get("headers", ())]
        parts = [STATUS_LINE[message["status"]]]
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"connection" or name == b"transfer-encoding":
                return b""
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n")
        head = b"".join(parts)
        lines = len(parts) // 4 + 2
        is_plain = head.count(b"\n") == head.count(b"\r") == lines and b"\0" not in head
        if length is None or not is_plain:
            return b""
        self.response_started = True
        self.waiting_for_100_continue = False
        self.chunked_encoding = False
        self.expected_content_length = length
        return head

    def _complete(self) -> None:
        self.expected_content_length = 0
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:  # the server began to stop after the head
            self.transport.close()
        self.on_response()
