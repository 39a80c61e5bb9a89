"""Files of a request, stored in temporary files until the request is answered."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator
from typing import IO

CHUNK_BYTES = 256 * 1024  # read or written per call in a thread


class SpooledFile:
    """One file. Its temporary file has no name in any folder: nothing is left of it, however the process ends."""

    def __init__(self, name: str, content_type: str) -> None:
        self.name = name
        self.content_type = content_type
        self.size = 0  # in bytes
        self._pending = bytearray()  # not yet in the temporary file
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()  # a cancelled task leaves a thread that may still read or write

    async def write(self, content: bytes) -> None:
        """Append to the content."""
        self._pending += content
        self.size += len(content)
        if len(self._pending) >= CHUNK_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Move what is in memory into the temporary file. Call it after the last `write`."""
        if self._pending:
            content, self._pending = bytes(self._pending), bytearray()
            await asyncio.to_thread(self._write, content)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content. It can be read any number of times, also at the same time."""
        offset = 0
        while chunk := await asyncio.to_thread(self._read, offset):
            offset += len(chunk)
            yield chunk

    async def close(self) -> None:
        """Delete the content."""
        self._pending.clear()
        await asyncio.to_thread(self._close)

    def _write(self, content: bytes) -> None:
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the request
            self._file.write(content)

    def _read(self, offset: int) -> bytes:
        with self._lock:
            if self._file is None:
                return b""
            self._file.seek(offset)
            return self._file.read(CHUNK_BYTES)

    def _close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
