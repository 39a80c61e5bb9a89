"""HTTP to a registry: supergraphs are read, and usage reports sent, over one connection that stays open."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanse_router.registry.errors import SupergraphNotFound, SupergraphRefused, SupergraphUnavailable
from hanse_router.settings_supergraph import SupergraphSettings
from hanse_wire.supergraph_signature import SIGNATURE_HEADER, VERSION_HEADER

if TYPE_CHECKING:
    import aiohttp

ACCEPT = "application/graphql, text/plain;q=0.9, */*;q=0.1"
_MAX_VERSION_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """A supergraph as it was served. Nothing of it is verified."""

    content: bytes
    etag: str | None = None
    signature: str | None = None
    version: int | None = None


class RegistryClient:
    """Reads supergraphs and sends reports."""

    def __init__(self, settings: SupergraphSettings, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def read(self, url: str, etag: str | None) -> Answer | None:
        """The supergraph at a URL, None where it still has this entity tag. Raises SupergraphError."""
        headers = {"accept": ACCEPT, **({"if-none-match": etag} if etag is not None else {}), **await self._key()}
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await self._read(url, headers)
        except TimeoutError as error:
            raise SupergraphUnavailable(f"no complete response in {self._settings.timeout_seconds:g} s") from error
        except _client_errors() as error:
            raise SupergraphUnavailable(str(error) or type(error).__name__) from error

    async def post(self, url: str, body: bytes, seconds: float) -> int:
        """Send JSON. Returns the status. Raises SupergraphError where no status came."""
        headers = {"content-type": "application/json", **await self._key()}
        try:
            async with (
                asyncio.timeout(seconds),
                self._open().post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status
        except TimeoutError as error:
            raise SupergraphUnavailable(f"no response in {seconds:g} s") from error
        except _client_errors() as error:
            raise SupergraphUnavailable(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _read(self, url: str, headers: dict[str, str]) -> Answer | None:
        # A redirect is not followed: the key is for this host.
        async with self._open().get(url, headers=headers, allow_redirects=False) as response:
            if response.status == 304 and "if-none-match" in headers:
                return None
            _check_status(response.status)
            limit = self._settings.max_bytes
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise SupergraphRefused(f"it is larger than {limit} bytes (supergraph.max_bytes)")
            given = response.headers
            version = given.get(VERSION_HEADER, "")
            is_number = version.isascii() and version.isdecimal() and len(version) <= _MAX_VERSION_DIGITS
            return Answer(
                bytes(body), given.get("etag"), given.get(SIGNATURE_HEADER), int(version) if is_number else None
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp  # not needed where the supergraph is a file

            connector = aiohttp.TCPConnector(ssl=self._tls) if self._tls is not None else None
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _key(self) -> dict[str, str]:
        """The header with the API key. Raises SupergraphRefused where its file cannot be read."""
        file, given = self._settings.api_key_file, self._settings.api_key
        if file is not None:
            try:
                key = (await asyncio.to_thread(file.read_text, encoding="utf-8")).strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SupergraphRefused(f"the file of supergraph.api_key_file cannot be read: {file}") from error
        elif given is not None:
            key = given.get_secret_value()
        else:
            return {}
        return {"authorization": f"Bearer {key}"}


def _client_errors() -> tuple[type[Exception], ...]:
    import aiohttp

    return (aiohttp.ClientError, OSError, ValueError)


def _check_status(status: int) -> None:
    """Raises SupergraphError for every status but 200."""
    if status == 200:
        return
    if status in (401, 403):
        raise SupergraphRefused(f"status {status}: the registry does not accept the key; set supergraph.api_key")
    if status in (404, 410):
        raise SupergraphNotFound(f"status {status}: there is no supergraph at this URL")
    if 300 <= status < 400:
        raise SupergraphRefused(f"status {status}: redirects are not followed; give the URL that it leads to")
    if 400 <= status < 500 and status not in (408, 425, 429):
        raise SupergraphRefused(f"status {status}")
    raise SupergraphUnavailable(f"status {status}")
