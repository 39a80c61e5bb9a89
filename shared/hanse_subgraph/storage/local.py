"""Objects in a folder, handed out by signed URLs of the subgraph's own routes."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

from hanse_subgraph.storage.protocol import CHUNK, ObjectMissing, Presigned, Served, SizeMismatch, StoreUnavailable
from hanse_subgraph.storage.signing import Secret, sign, verify
from hanse_wire.private_files import create_private_folder

ROUTE = "/files/objects"  # under it the subgraph serves the signed URLs
UPLOAD, DOWNLOAD = "PUT", "GET"

_KEY = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")


class LocalStore:
    """A folder of files, one for each object."""

    def __init__(self, folder: Path, *, public_url: str, secret: Secret) -> None:
        self._folder = folder
        self._url = f"{public_url.rstrip('/')}{ROUTE}"
        self._secret = secret

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        self._secret.open()
        yield

    async def put(self, key: str, content: AsyncIterable[bytes], *, content_type: str, size: int | None = None) -> int:
        """Written beside its place and moved there, so that nobody sees half of it."""
        path = self._path(key)
        with _failures(self._folder):
            temporary = await asyncio.to_thread(_new_file, path.parent)
            try:
                written = await _write(temporary, content, size)
                await asyncio.to_thread(temporary.replace, path)
            finally:
                await asyncio.to_thread(temporary.unlink, missing_ok=True)
        return written

    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error
        with file:
            file.seek(start)
            left = CHUNK if end is None else end - start
            while left > 0:
                chunk = await asyncio.to_thread(file.read, min(CHUNK, left))
                if not chunk:
                    return
                if end is not None:
                    left -= len(chunk)
                yield chunk

    async def size(self, key: str) -> int:
        try:
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def presign_upload(self, key: str, *, size: int, content_type: str, expires: datetime) -> Presigned:
        parameters = {"size": str(size), "type": content_type}
        query = sign(self._secret.value, UPLOAD, key, parameters, expires)
        return Presigned(UPLOAD, f"{self._url}/{key}?{query}", {"content-type": content_type})

    async def presign_download(self, key: str, served: Served, *, expires: datetime) -> Presigned:
        parameters = {"type": served.content_type, "name": served.name, "inline": "1" if served.inline else "0"}
        return Presigned(DOWNLOAD, f"{self._url}/{key}?{sign(self._secret.value, DOWNLOAD, key, parameters, expires)}")

    def upload_of(self, key: str, query: Mapping[str, str], now: datetime) -> tuple[int, str]:
        """Size and MIME type of what a signed URL lets its holder put. Raises WrongSignature."""
        parameters = verify(self._secret.value, UPLOAD, key, query, now)
        return int(parameters["size"]), parameters["type"]

    def download_of(self, key: str, query: Mapping[str, str], now: datetime) -> tuple[Served, int]:
        """How a signed URL wants its object handed out, and for how many seconds still. Raises WrongSignature."""
        parameters = verify(self._secret.value, DOWNLOAD, key, query, now)
        served = Served(parameters["name"], parameters["type"], parameters["inline"] == "1")
        return served, int(int(parameters["expires"]) - now.timestamp())

    def _path(self, key: str) -> Path:
        """Where the object is: in a folder by its last two characters, so that none grows too large."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        folder, _, name = key.rpartition("/")
        return self._folder / folder / name[-2:] / name


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    """What the file system refuses, as StoreUnavailable. Content that breaks off is the sender's matter."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        message = f"cannot write objects to {folder}: {error.strerror or error}; check its permissions and free space"
        raise StoreUnavailable(message) from error


def _new_file(folder: Path) -> Path:
    create_private_folder(folder)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".")
    os.close(descriptor)
    return Path(name)


async def _write(path: Path, content: AsyncIterable[bytes], size: int | None) -> int:
    """Write the content to the disk; how many bytes it had. Raises SizeMismatch, as soon as it is too long."""
    written = 0
    with await asyncio.to_thread(path.open, "wb", CHUNK) as file:
        async for chunk in content:
            written += len(chunk)
            if size is not None and written > size:
                break
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(file.flush)
        await asyncio.to_thread(os.fsync, file.fileno())
    if size is not None and written != size:
        raise SizeMismatch(f"The content has not the {size} bytes that it should have.")
    return written
