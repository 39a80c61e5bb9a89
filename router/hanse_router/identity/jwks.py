"""Public keys of token issuers (JWKS, RFC 7517): read from where they are published, kept, read again when needed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiohttp
import jwt
import orjson

from hanse_router.errors import Unavailable
from hanse_router.store.base import Cache
from hanse_wire.settings import SettingsError

FETCH_SECONDS = 5.0
MAX_BYTES = 1_000_000

Keys = dict[str, jwt.PyJWK]

log = logging.getLogger("hanse_router.jwks")


class JwksSource(Protocol):
    """Where a JWKS is to be had."""

    @property
    def shared_as(self) -> str | None:
        """The name under which routers lend each other what they read; None where each has it by itself."""
        ...

    async def load(self) -> bytes:
        """The JWKS as JSON. Raises OSError where it cannot be had now."""
        ...


class FileJwks:
    """A JWKS in a file."""

    shared_as = None

    def __init__(self, path: Path) -> None:
        self._path = path

    async def load(self) -> bytes:
        """The file's content."""
        return await asyncio.to_thread(self._path.read_bytes)


class HttpJwks:
    """A JWKS behind a URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.shared_as = f"jwks:{url}"

    async def load(self) -> bytes:
        """What the URL answers."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as http, http.get(self._url) as reply:
                reply.raise_for_status()
                return await reply.content.read(MAX_BYTES)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(f"{self._url}: {error}") from error


class CallableJwks:
    """A JWKS that a function of this process gives."""

    shared_as = None

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    async def load(self) -> bytes:
        """What the function returns."""
        return self._read()


def source_of(url: str) -> JwksSource:
    """The source that a URL names. Raises SettingsError where it is none."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileJwks(Path(unquote(parts.path)))
    if parts.scheme in ("http", "https"):
        return HttpJwks(url)
    raise SettingsError(f"setting jwt.jwks_urls: {url!r} is no URL of public keys; give https://, http:// or file://")


class KeySet:
    """The keys of all sources, by id; read again when they are old, and for an id that is not known.

    What was read from a URL is lent to the other routers, and borrowed from them while the URL does not answer: so a
    router that starts then can verify tokens all the same.
    """

    def __init__(
        self,
        sources: Sequence[JwksSource],
        *,
        refresh_seconds: float,
        retry_seconds: float,
        copies: Cache,
        copy_seconds: float,
    ) -> None:
        self._sources = tuple(sources)
        self._copies = copies
        self._copy_seconds = copy_seconds
        self._refresh_seconds = refresh_seconds
        self._retry_seconds = retry_seconds
        self._keys: Keys = {}
        self._read_at = float("-inf")
        self._complete = True
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key for a token's header, or None where no issuer publishes it.

        A token without a key id is matched only where a single key has its algorithm. Raises Unavailable where the key
        is not known and a source cannot be read.
        """
        key = self._find(key_id, algorithm)
        age = time.monotonic() - self._read_at
        if age > self._refresh_seconds or (key is None and age > self._retry_seconds):
            await self._refresh(self._read_at)
            key = self._find(key_id, algorithm)
        if key is None and not self._complete:
            raise Unavailable("The keys that prove access tokens cannot be read now; try again.")
        return key

    def _find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        if key_id is not None:
            return self._keys.get(key_id)
        fitting = [key for key in self._keys.values() if key.algorithm_name == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    async def _refresh(self, seen: float) -> None:
        async with self._lock:
            if self._read_at != seen:
                return  # another request has just done it
            loaded = await asyncio.gather(*(self._load(source) for source in self._sources))
            read = {kid: key for found in loaded if found is not None for kid, key in found.items()}
            self._complete = None not in loaded
            # Where a source is away its keys of before stand, and those that another router has read since.
            self._keys = read if self._complete else {**self._keys, **await self._borrowed(loaded), **read}
            self._read_at = time.monotonic()

    async def _load(self, source: JwksSource) -> Keys | None:
        try:
            published = await source.load()
            keys = _keys(published)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("cannot read public keys: %s", error)
            return None
        if source.shared_as is not None:
            await self._copies.put(source.shared_as, published, self._copy_seconds)
        return keys

    async def _borrowed(self, loaded: Sequence[Keys | None]) -> Keys:
        """What others have read from the sources that are away."""
        borrowed: Keys = {}
        for source, found in zip(self._sources, loaded, strict=True):
            if found is None and source.shared_as is not None:
                published = await self._copies.get(source.shared_as)
                with contextlib.suppress(ValueError, KeyError, TypeError):  # a copy that none of us has written
                    borrowed |= _keys(published) if published is not None else {}
        return borrowed


def _keys(published: bytes) -> Keys:
    """The keys of a JWKS by their id. Raises ValueError, KeyError or TypeError where it is none."""
    return dict(entry for entry in map(_key, orjson.loads(published)["keys"]) if entry is not None)


def _key(published: dict[str, str]) -> tuple[str, jwt.PyJWK] | None:
    if published.get("use", "sig") != "sig" or published.get("kty") == "oct":
        return None  # not for signatures; or a shared secret, which proves nothing about who signed
    try:
        key = jwt.PyJWK(published)
    except jwt.PyJWTError:
        return None  # a kind of key that is not known here
    return published.get("kid", ""), key
