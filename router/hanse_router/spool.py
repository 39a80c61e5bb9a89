"""Files of requests, kept in temporary files until their request is answered."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator
from typing import IO

from hanse_router.transports.protocol import File

CHUNK = 256 * 1024  # a thread is asked for each


class SpooledFile(File):
    """One file. It has no name in any folder, so that nothing of it stays, however the router ends."""

    def __init__(self, name: str, content_type: str) -> None:
        self.name = name
        self.content_type = content_type
        self.size = 0
        self._pending = bytearray()
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()  # who is cancelled leaves a thread behind that may still read or write

    async def write(self, piece: bytes) -> None:
        """Add to the content."""
        self._pending += piece
        self.size += len(piece)
        if len(self._pending) >= CHUNK:
            await self.flush()

    async def flush(self) -> None:
        """Let nothing of the content be in memory alone."""
        if self._pending:
            content, self._pending = bytes(self._pending), bytearray()
            await asyncio.to_thread(self._write, content)

    async def chunks(self) -> AsyncIterator[bytes]:
        """See File."""
        offset = 0
        while chunk := await asyncio.to_thread(self._read, offset):
            offset += len(chunk)
            yield chunk

    async def close(self) -> None:
        """Give the content up."""
        self._pending.clear()
        await asyncio.to_thread(self._close)

    def _write(self, content: bytes) -> None:
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the request
            self._file.write(content)

    def _read(self, offset: int) -> bytes:
        with self._lock:
            if self._file is None:
                return b""
            self._file.seek(offset)
            return self._file.read(CHUNK)

    def _close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
