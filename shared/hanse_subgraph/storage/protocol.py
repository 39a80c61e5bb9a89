"""The protocol of object stores.

Clients upload and download objects by presigned URLs. A bucket serves its own; those of the folder store are served by
the subgraph's HTTP routes.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

CHUNK = 256 * 1024  # bytes per read or write


class ObjectMissing(Exception):
    """There is no object of that key."""


class SizeMismatch(Exception):
    """The content is longer or shorter than declared."""


class StoreUnavailable(Exception):
    """The store is unavailable or rejects the request. The message is one line, without keys."""


@dataclass(frozen=True, slots=True)
class Presigned:
    """A request that its holder may make: the method, the URL, and the headers that must go along."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """How an object is to be handed out: under which file name, as which MIME type, and whether browsers show it."""

    name: str
    content_type: str
    inline: bool

    @property
    def disposition(self) -> str:
        """The value of the header Content-Disposition (RFC 6266)."""
        ascii_name = self.name.encode("ascii", "replace").decode().replace("?", "_").replace("\\", "_")
        shown = "inline" if self.inline else "attachment"
        return f"{shown}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(self.name, safe='')}"


class ObjectStore(Protocol):
    """Something that keeps objects by key. A key is a path of lower-case letters, digits, `-` and `/`.

    A store may raise StoreUnavailable from each of these.
    """

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Ready for use, from entering to leaving. Raises SettingsError where it cannot be used as it is set."""
        ...

    async def put(self, key: str, content: AsyncIterable[bytes], *, content_type: str, size: int | None = None) -> int:
        """Keep the content under the key, whole or not at all; its size in bytes.

        Raises SizeMismatch where it has not the `size` given.
        """
        ...

    def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, without, `end`. Raises ObjectMissing, before the first of them."""
        ...

    async def size(self, key: str) -> int:
        """How many bytes the object has. Raises ObjectMissing."""
        ...

    async def delete(self, key: str) -> None:
        """Remove the object, where there is one."""
        ...

    async def presign_upload(self, key: str, *, size: int, content_type: str, expires: datetime) -> Presigned:
        """A request that puts content of just this size under the key."""
        ...

    async def presign_download(self, key: str, served: Served, *, expires: datetime) -> Presigned:
        """A request that answers the object; it may be a range request."""
        ...
