"""Content taken in: streamed to a temporary file, counted, hashed and looked at, then kept in the store."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from hanse_subgraph.ids import new_id
from hanse_subgraph.storage.protocol import CHUNK, ObjectStore, StoreUnavailable
from subgraphs.media.errors import EmptyFile, TooLarge
from subgraphs.media.images import FORMATS, THUMBNAIL_TYPE, Picture, Pictures
from subgraphs.media.sniffing import HEAD, plain, sniffed


@dataclass(frozen=True, slots=True)
class Content:
    """What was found of content, and where it is kept now."""

    mime_type: str
    size_bytes: int
    sha256: str
    object_key: str
    picture: Picture | None
    thumbnail_key: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its objects."""
        return (self.object_key, self.thumbnail_key) if self.thumbnail_key else (self.object_key,)


class Intake:
    """Takes content in."""

    def __init__(self, store: ObjectStore, pictures: Pictures, *, most_bytes: int) -> None:
        self.store = store
        self.most_bytes = most_bytes
        self._pictures = pictures

    async def take(self, content: AsyncIterable[bytes]) -> Content:
        """Keep the content under a new key.

        Raises TooLarge, EmptyFile, BrokenImage, TooManyPixels, StoreUnavailable.
        """
        with tempfile.TemporaryFile() as opened:
            file = cast(BinaryIO, opened)
            size, sha256 = await self._write(file, content)
            mime_type, picture = await self._look(file)
            name = new_id()
            object_key, thumbnail_key = f"files/{name}", f"thumbnails/{name}" if picture else None
            await self.store.put(object_key, _read(file), content_type=mime_type, size=size)
            if picture and thumbnail_key:
                await self.store.put(thumbnail_key, _once(picture.thumbnail), content_type=THUMBNAIL_TYPE)
        return Content(mime_type, size, sha256, object_key, picture, thumbnail_key)

    async def drop(self, content: Content) -> None:
        """Remove what was taken in: nobody got to know of it."""
        for key in content.keys:
            await self.store.delete(key)

    async def _write(self, file: BinaryIO, content: AsyncIterable[bytes]) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        async for chunk in _gathered(content):
            size += len(chunk)
            if size > self.most_bytes:
                raise TooLarge(self.most_bytes)
            digest.update(chunk)
            await _written(file, chunk)
        if not size:
            raise EmptyFile
        return size, digest.hexdigest()

    async def _look(self, file: BinaryIO) -> tuple[str, Picture | None]:
        file.seek(0)
        head = await asyncio.to_thread(file.read, HEAD)
        mime_type = sniffed(head)
        if mime_type not in FORMATS:
            return mime_type, None
        picture = await self._pictures.read(file, mime_type)
        return (mime_type, picture) if picture else (plain(head), None)


async def _written(file: BinaryIO, chunk: bytes) -> None:
    try:
        await asyncio.to_thread(file.write, chunk)
    except OSError as error:
        folder = tempfile.gettempdir()
        said = f"an upload cannot be written to {folder}: {error.strerror or error}; make room there, or set TMPDIR"
        raise StoreUnavailable(said) from error


async def _gathered(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces: a thread is asked for each."""
    pieces = bytearray()
    async for piece in content:
        pieces += piece
        if len(pieces) >= CHUNK:
            yield bytes(pieces)
            pieces.clear()
    if pieces:
        yield bytes(pieces)


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
