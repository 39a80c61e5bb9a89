"""Objects as the rest of the code sees them, whatever stores them; chosen once, from a URL.

A client sends and takes objects by presigned URLs, past the subgraph's own code: a store of the network signs its own,
the folder store signs such that the subgraph's HTTP routes serve.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from shared.config import ConfigError
from shared.storage.signing import Secret

CHUNK = 256 * 1024  # bytes that are read or written at once


class ObjectMissing(Exception):
    """There is no object of that key."""


class SizeMismatch(Exception):
    """The content is longer or shorter than it was said to be."""


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


class ObjectStore(Protocol):
    """Something that keeps objects by key. A key is a path of lower-case letters, digits, `-` and `/`."""

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

    def presign_upload(self, key: str, *, size: int, content_type: str, expires: datetime) -> Presigned:
        """A request that puts content of just this size under the key."""
        ...

    def presign_download(self, key: str, served: Served, *, expires: datetime) -> Presigned:
        """A request that answers the object; it may be a range request."""
        ...


def open_store(url: str, *, public_url: str, secret: Secret) -> ObjectStore:
    """The store at the URL: `file:///FOLDER`.

    `public_url` is where clients reach the routes that serve a folder, `secret` signs their URLs; it must be
    open before one is made.
    Raises ConfigError.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        from shared.storage.local import LocalStore

        return LocalStore(Path(unquote(parts.path)), public_url=public_url, secret=secret)
    raise ConfigError(f"not the URL of an object store: {parts.scheme or url!r}; take file:///FOLDER")
