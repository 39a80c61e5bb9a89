"""The transport of a client's connection: counts what is written, and closes so that the client gets all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class ClientTransport(asyncio.Transport):
    """uvloop's or asyncio's transport, with counts."""

    __slots__ = ("_transport", "has_ended", "is_sent_to", "on_lost", "written")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
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
        self._transport.write(data)

    def write_eof(self) -> None:
        self._transport.write_eof()

    def close(self) -> None:
        """Close after what was written. While the client sends, only end this side: it would not get the response."""
        if not self.is_sent_to or self.is_closing():
            self._transport.close()
        elif not self.has_ended:
            self.has_ended = True
            self._transport.write_eof()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
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
