"""Image sizes and thumbnails. Images are decoded by processes of their own, with limits of memory and time."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from subgraphs.media.errors import BrokenImage, TooManyPixels
from subgraphs.media.settings import MediaSettings

# The formats used on the web. Pillow supports many more, but each decoder is a risk.
FORMATS = {
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
}
DISPLAYABLE = frozenset(FORMATS) - {"image/tiff", "image/bmp"}  # in every browser
THUMBNAIL_TYPE = "image/webp"
MAX_CONCURRENT = 2  # a decoded image takes four bytes per pixel
WORKER = Path(__file__).with_name("image_worker.py")
MAX_ANSWER_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """The displayed size of an image in pixels, and its thumbnail as WebP."""

    width: int
    height: int
    thumbnail: bytes


class _Worker:
    """One process that decodes one image at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, memory_bytes: int) -> Self:
        """Start the process; isolated, since its folder has modules with names of the standard library."""
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        command = (sys.executable, "-I", str(WORKER), str(memory_bytes))
        return cls(
            await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=nothing, limit=MAX_ANSWER_BYTES
            )
        )

    async def ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request; None where the process died of it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            await stdin.drain()
            line = await stdout.readline()
        except (ConnectionError, ValueError):
            return None
        return dict(json.loads(line)) if line.endswith(b"\n") else None

    async def stop(self) -> None:
        """Kill the process."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


class Pictures:
    """Reads images by at most MAX_CONCURRENT processes, which start with the first images."""

    def __init__(self, settings: MediaSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._idle: list[_Worker] = []

    async def read(self, file: Path, mime_type: str) -> Picture | None:
        """Read a file that looks like one of the FORMATS; None if it is not an image.

        Raises BrokenImage, TooManyPixels.
        """
        async with self._slots:
            answer = await self._answer(file, FORMATS[mime_type])
        match answer:
            case {"width": int(width), "height": int(height), "thumbnail": str(thumbnail)}:
                return Picture(width, height, base64.b64decode(thumbnail))
            case {"problem": "not an image"}:
                return None
            case {"problem": "too large"}:
                raise TooManyPixels(self._settings.max_pixels)
        raise BrokenImage

    async def close(self) -> None:
        """Stop the processes."""
        while self._idle:
            await self._idle.pop().stop()

    async def _answer(self, file: Path, kind: str) -> dict[str, Any] | None:
        """The worker's answer; None where the image killed it or took too long, which ends the worker."""
        settings, answer = self._settings, None
        worker = self._idle.pop() if self._idle else await _Worker.start(settings.image_memory_bytes)
        try:
            async with asyncio.timeout(settings.image_seconds):
                answer = await worker.ask(
                    {
                        "path": str(file),
                        "kind": kind,
                        "max_pixels": settings.max_pixels,
                        "thumbnail_pixels": settings.thumbnail_pixels,
                    }
                )
        except TimeoutError:
            pass
        finally:
            if answer is None:
                await worker.stop()
            else:
                self._idle.append(worker)
        return answer
