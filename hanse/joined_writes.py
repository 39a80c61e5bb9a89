"""A transport that sends the head of a response and its body by one call of the system, not by two.

uvicorn writes the head as soon as it knows it; the body mostly follows in the same turn of the event loop. One call is
less work than two, for both sides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class JoinedWrites(asyncio.Transport):
    """A transport that holds back the first write of a turn until the next one, or the turn's end."""

    __slots__ = ("_held", "_loop", "_transport", "has_ended", "is_sent_to", "on_lost", "written")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: bytes | bytearray | memoryview = b""
        self.written = 0  # bytes
        self.on_lost: Callable[[], None] | None = None
        self.is_sent_to = False  # whether the client is sending a body
        self.has_ended = False  # whether the client was sent the end, and may still send

    @property
    def unread(self) -> int:
        """The bytes that wait in this process for the client to read."""
        return self._transport.get_write_buffer_size()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += len(data)
        if self._held:
            held, self._held = self._held, b""
            self._transport.writelines((held, data))
        else:
            self._held = data
            self._loop.call_soon(self._release)

    def _release(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def write_eof(self) -> None:
        self._release()
        self._transport.write_eof()

    def close(self) -> None:
        """Close after what was written. While the client sends, only end this side: it would not get the response."""
        self._release()
        if not self.is_sent_to or self.is_closing():
            self._transport.close()
        elif not self.has_ended:
            self.has_ended = True
            self._transport.write_eof()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """See BaseTransport: who takes the connection over writes by itself."""
        self._release()
        self._transport.set_protocol(protocol)

    def lost(self) -> None:
        """Note the end of the connection: whichever protocol has it then calls this."""
        if self.on_lost is not None:
            self.on_lost()
            self.on_lost = None

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()
