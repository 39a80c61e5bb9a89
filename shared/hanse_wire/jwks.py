"""Public keys of token issuers (JWKS, RFC 7517): fetched from a file or a URL, kept, and fetched again when needed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import jwt

from hanse_wire.backoff import Backoff
from hanse_wire.http_document import fetch_document
from hanse_wire.json_codec import decode_json

MAX_BYTES = 1_000_000
FIRST_RETRY_SECONDS = 0.1

Keys = dict[str, jwt.PyJWK]

log = logging.getLogger("hanse_wire.jwks")


class JwksUrlError(ValueError):
    """The URL has a scheme that cannot be fetched. The message is one line for users."""


class KeysUnavailable(Exception):
    """A key is unknown, and a source that may publish it cannot be read now."""


class JwksSource(Protocol):
    """Publishes a JWKS."""

    @property
    def shared_as(self) -> str | None:
        """The key of its copy in the shared cache; None where every process reads the source itself."""
        ...

    async def load(self) -> bytes:
        """The JWKS as JSON. Raises OSError where it cannot be read now."""
        ...


class JwksCopies(Protocol):
    """A cache that several processes share. It may lose any value at any time."""

    async def get(self, key: str) -> bytes | None:
        """The value, None where there is none."""
        ...

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep a value for so many seconds."""
        ...


class FileJwks:
    """A JWKS in a file."""

    shared_as = None

    def __init__(self, path: Path) -> None:
        self._path = path

    async def load(self) -> bytes:
        return await asyncio.to_thread(self._path.read_bytes)


class HttpJwks:
    """A JWKS at an HTTP URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.shared_as = f"jwks:{url}"

    async def load(self) -> bytes:
        document = await fetch_document(self._url, max_bytes=MAX_BYTES)
        assert document is not None
        return document.content


def jwks_source(url: str) -> JwksSource:
    """The source at a URL: `file://`, `http://` or `https://`. Raises JwksUrlError."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileJwks(Path(unquote(parts.path)))
    if parts.scheme in ("http", "https"):
        return HttpJwks(url)
    raise JwksUrlError(f"{url!r} is not the URL of a JWKS: use https://, http:// or file://")


class KeySet:
    """The keys of all sources, by key id. They are fetched again when they are old, and for an unknown key id.

    While a source fails, its last keys stay valid, and it is retried with backoff. What was read from an HTTP source is
    copied to the shared cache: a process that starts while that source fails uses the copy.
    """

    def __init__(
        self,
        sources: Sequence[JwksSource],
        *,
        refresh_seconds: float,
        retry_seconds: float,
        copies: JwksCopies | None = None,
        copy_seconds: float = 86_400.0,
    ) -> None:
        """`refresh_seconds` is the maximum age of the keys.

        `retry_seconds` is the minimum time between two fetches for unknown key ids, and the maximum delay between the
        retries of a source that fails. `copy_seconds` is the time that `copies` keeps a copy.
        """
        self._sources = tuple(sources)
        self._copies = copies
        self._copy_seconds = copy_seconds
        self._refresh_seconds = refresh_seconds
        self._retry_seconds = retry_seconds
        self._backoff = Backoff(first=FIRST_RETRY_SECONDS, maximum=retry_seconds)
        self._keys: Keys = {}
        self._fetched_at = float("-inf")  # by the monotonic clock
        self._failures = 0  # refreshes in a row in which a source failed
        self._retry_after = 0.0  # seconds since the last fetch
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key that a token's header names, None where no source publishes it.

        A token without a key id matches only where exactly one key has its algorithm. Raises KeysUnavailable.
        """
        key = self._find(key_id, algorithm)
        age = time.monotonic() - self._fetched_at
        if age > self._refresh_seconds or (key is None and age > self._retry_after):
            await self._refresh(self._fetched_at)
            key = self._find(key_id, algorithm)
        if key is None and self._failures:
            raise KeysUnavailable
        return key

    def _find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        if key_id is not None:
            return self._keys.get(key_id)
        matching = [key for key in self._keys.values() if key.algorithm_name == algorithm]
        return matching[0] if len(matching) == 1 else None

    async def _refresh(self, seen: float) -> None:
        """Fetch all sources, unless another request has done so since the keys of `seen`."""
        async with self._lock:
            if self._fetched_at != seen:
                return
            loaded = await asyncio.gather(*(self._load(source) for source in self._sources))
            keys = {key_id: key for found in loaded if found is not None for key_id, key in found.items()}
            if None in loaded:
                self._failures += 1
                self._retry_after = self._backoff.delay(self._failures)
                self._keys = {**self._keys, **await self._load_copies(loaded), **keys}
            else:
                self._failures = 0
                self._retry_after = self._retry_seconds
                self._keys = keys
            self._fetched_at = time.monotonic()

    async def _load(self, source: JwksSource) -> Keys | None:
        """The keys of a source, None where it fails."""
        try:
            document = await source.load()
            keys = parse_jwks(document)
        except (OSError, ValueError) as error:
            log.warning("cannot read public keys: %s", error)
            return None
        if self._copies is not None and source.shared_as is not None:
            await self._copies.put(source.shared_as, document, self._copy_seconds)
        return keys

    async def _load_copies(self, loaded: Sequence[Keys | None]) -> Keys:
        """The copies of the sources that failed, where the shared cache has them."""
        copied: Keys = {}
        if self._copies is None:
            return copied
        for source, found in zip(self._sources, loaded, strict=True):
            if found is None and source.shared_as is not None:
                document = await self._copies.get(source.shared_as)
                with contextlib.suppress(ValueError):  # not written by us
                    copied |= parse_jwks(document) if document is not None else {}
        return copied


def parse_jwks(document: bytes) -> Keys:
    """The keys of a JWKS that verify signatures, by key id. Raises ValueError where it is not a JWKS.

    Symmetric keys are left out: whoever can verify with one can also sign. So are kinds that PyJWT does not know.
    """
    try:
        published = decode_json(document)["keys"]
        entries = [(key.get("kid", ""), _parse_key(key)) for key in published]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a JWKS: {error}") from error
    return {key_id: key for key_id, key in entries if key is not None}


def _parse_key(jwk: dict[str, str]) -> jwt.PyJWK | None:
    if jwk.get("use", "sig") != "sig" or jwk.get("kty") == "oct":
        return None
    try:
        return jwt.PyJWK(jwk)
    except jwt.PyJWTError:
        return None
