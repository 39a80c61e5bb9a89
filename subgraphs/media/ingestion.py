"""Ingests content: streams it to a temporary file, measures, hashes and inspects it, and puts it into the store."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from hanse_subgraph.ids import new_id
from hanse_subgraph.storage.protocol import CHUNK, ObjectStore, StoreUnavailable
from subgraphs.media.content_type import HEAD_BYTES, detect_content_type, text_or_binary
from subgraphs.media.errors import EmptyFile, TooLarge
from subgraphs.media.images import FORMATS, THUMBNAIL_TYPE, Picture, Pictures


@dataclass(frozen=True, slots=True)
class Content:
    """The properties of ingested content, and the keys of its objects."""

    mime_type: str
    size_bytes: int
    sha256: str
    object_key: str
    picture: Picture | None
    thumbnail_key: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all objects of this content."""
        return (self.object_key, self.thumbnail_key) if self.thumbnail_key else (self.object_key,)


class Ingester:
    """Ingests content into the object store."""

    def __init__(self, store: ObjectStore, pictures: Pictures, *, max_bytes: int) -> None:
        self.store = store
        self.max_bytes = max_bytes
        self._pictures = pictures

    async def ingest(self, content: AsyncIterable[bytes]) -> Content:
        """Store the content under a new key.

        Raises TooLarge, EmptyFile, BrokenImage, TooManyPixels, StoreUnavailable.
        """
        with tempfile.NamedTemporaryFile() as opened:
            file = cast(BinaryIO, opened)
            size, sha256 = await self._write(file, content)
            mime_type, picture = await self._inspect(file, Path(opened.name))
            name = new_id()
            object_key, thumbnail_key = f"files/{name}", f"thumbnails/{name}" if picture else None
            await self.store.put(object_key, _read(file), content_type=mime_type, size=size)
            if picture and thumbnail_key:
                await self.store.put(thumbnail_key, _once(picture.thumbnail), content_type=THUMBNAIL_TYPE)
        return Content(mime_type, size, sha256, object_key, picture, thumbnail_key)

    async def drop(self, content: Content) -> None:
        """Delete the objects of content that no row refers to."""
        for key in content.keys:
            await self.store.delete(key)

    async def _write(self, file: BinaryIO, content: AsyncIterable[bytes]) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        async for chunk in _rechunk(content):
            size += len(chunk)
            if size > self.max_bytes:
                raise TooLarge(self.max_bytes)
            digest.update(chunk)
            await _write_chunk(file, chunk)
        if not size:
            raise EmptyFile
        return size, digest.hexdigest()

    async def _inspect(self, file: BinaryIO, path: Path) -> tuple[str, Picture | None]:
        file.seek(0)
        head = await asyncio.to_thread(file.read, HEAD_BYTES)
        mime_type = detect_content_type(head)
        if mime_type not in FORMATS:
            return mime_type, None
        picture = await self._pictures.read(path, mime_type)
        return (mime_type, picture) if picture else (text_or_binary(head), None)


async def _write_chunk(file: BinaryIO, chunk: bytes) -> None:
    try:
        await asyncio.to_thread(file.write, chunk)
    except OSError as error:
        folder = tempfile.gettempdir()
        message = f"cannot write an upload to {folder}: {error.strerror or error}; free space there or set TMPDIR"
        raise StoreUnavailable(message) from error


async def _rechunk(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger chunks, since writing each takes a thread."""
    buffer = bytearray()
    async for chunk in content:
        buffer += chunk
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
