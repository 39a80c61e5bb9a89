"""Access tokens that are revoked before they expire: lists of the issuers, polled and kept in memory.

A list is `{"revoked": [{"sub", "sid", "revokedAt", "expiresAt"}]}`. An entry revokes the tokens with this `sub`, and
this `sid` if it has one, that were issued until `revokedAt`. Times are in seconds since the epoch.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from hanse_router.errors import Unauthenticated, Unavailable
from hanse_router.identity.token_ends import TokenEnds
from hanse_router.request import Principal
from hanse_router.settings_identity import JwtSettings, RevocationSettings
from hanse_router.telemetry.metrics import Metrics
from hanse_wire.http_document import fetch_document

log = logging.getLogger("hanse_router.revocations")


class RevocationSource(Protocol):
    """Publishes an issuer's list."""

    async def load(self) -> bytes | None:
        """The list, None where it has not changed since the last call. Raises OSError where it cannot be read now."""
        ...


class HttpRevocations:
    """A list at an HTTP URL."""

    def __init__(self, url: str, settings: RevocationSettings) -> None:
        self._url = url
        self._settings = settings
        self._etag: str | None = None

    async def load(self) -> bytes | None:
        settings = self._settings
        document = await fetch_document(
            self._url, max_bytes=settings.max_list_bytes, etag=self._etag, seconds=settings.timeout_seconds
        )
        if document is None:
            return None
        self._etag = document.etag
        return document.content


class LocalRevocations:
    """The list of an issuer in this process."""

    def __init__(self, read: Callable[[], Awaitable[bytes]]) -> None:
        self._read = read
        self._last: bytes | None = None

    async def load(self) -> bytes | None:
        document = await self._read()
        if document == self._last:
            return None
        self._last = document
        return document


class _Entry(msgspec.Struct, frozen=True, rename="camel", gc=False):
    sub: str
    revoked_at: float
    expires_at: float
    sid: str | None = None

    def revokes(self, principal: Principal) -> bool:
        return (self.sid is None or self.sid == principal.session_id) and principal.issued_at <= self.revoked_at


class _List(msgspec.Struct, frozen=True):
    revoked: list[_Entry]


_decode = msgspec.json.Decoder(_List).decode
_Entries = dict[str, list[_Entry]]  # by subject


class _Known:
    """What is known of one issuer's revocations."""

    def __init__(self, source: RevocationSource) -> None:
        self.source = source
        self.entries: _Entries = {}
        self.read_at = float("-inf")  # by the monotonic clock
        self.failing = False


class Revocations:
    """Which tokens are revoked. A check is one or two look-ups."""

    def __init__(
        self, settings: RevocationSettings, sources: Mapping[str, RevocationSource], metrics: Metrics, ends: TokenEnds
    ) -> None:
        """`sources` are the lists by issuer. `ends` are the streams that end when their token is revoked."""
        self._settings = settings
        self._issuers = {name: _Known(source) for name, source in sources.items()}
        self._metrics = metrics
        self._ends = ends
        self._subjects: frozenset[str | None] = frozenset()
        self._closed: frozenset[str] = frozenset()
        self._polling: asyncio.Task[None] | None = None
        self._update()

    def check(self, principal: Principal) -> None:
        """Raises Unauthenticated for a revoked token, Unavailable where the settings refuse those of a stale list."""
        if principal.subject in self._subjects and self.is_revoked(principal):
            self._metrics.revoked_tokens.labels().inc()
            raise Unauthenticated("The access token was revoked: sign in again.")
        if principal.issuer in self._closed:
            raise Unavailable("The list of revoked access tokens cannot be read now; try again.")

    def is_revoked(self, principal: Principal) -> bool:
        """Whether the principal's token is revoked."""
        issuer = self._issuers.get(principal.issuer)
        if issuer is None or principal.subject is None:
            return False
        return any(entry.revokes(principal) for entry in issuer.entries.get(principal.subject, ()))

    async def start(self) -> None:
        """Read every list once, and begin to poll."""
        if self._issuers:
            await asyncio.gather(*(self._read(name, issuer) for name, issuer in self._issuers.items()))
            self._polling = asyncio.create_task(self._poll_all(), name="poll revocations")

    async def stop(self) -> None:
        """Stop polling."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)

    async def _poll_all(self) -> None:
        await asyncio.gather(*(self._poll(name, issuer) for name, issuer in self._issuers.items()))

    async def _poll(self, name: str, issuer: _Known) -> None:
        while True:
            await asyncio.sleep(self._settings.interval_seconds)
            await self._read(name, issuer)

    async def _read(self, name: str, issuer: _Known) -> None:
        """Read one list. A failure is logged when it begins and when it ends."""
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                document = await issuer.source.load()
            if document is not None:
                issuer.entries = _entries(document)
            issuer.read_at = time.monotonic()
        except Exception as error:  # whatever a source of this process raises: polling goes on
            self._metrics.revocation_reads.labels(name, "failed").inc()
            if not issuer.failing:
                reason = str(error) or type(error).__name__
                log.warning("cannot read the revoked tokens of %s: %s; the last list stays in force", name, reason)
            issuer.failing = True
        else:
            self._metrics.revocation_reads.labels(name, "ok").inc()
            if issuer.failing:
                log.warning("the revoked tokens of %s can be read again", name)
            issuer.failing = False
            if document is not None:
                self._update()
                self._ends.end_revoked(self.is_revoked)
        self._note_age()

    def _update(self) -> None:
        self._subjects = frozenset(subject for issuer in self._issuers.values() for subject in issuer.entries)
        for name, issuer in self._issuers.items():
            self._metrics.revocations.labels(name).set(sum(map(len, issuer.entries.values())))
        self._note_age()

    def _note_age(self) -> None:
        """Find the issuers whose list is too old."""
        now, max_age = time.monotonic(), self._settings.max_age_seconds
        for name, issuer in self._issuers.items():
            self._metrics.revocation_age.labels(name).set(now - issuer.read_at)
        if self._settings.when_stale == "closed":
            stale = (name for name, issuer in self._issuers.items() if now - issuer.read_at > max_age)
            self._closed = frozenset(stale)


def open_revocations(
    settings: JwtSettings, metrics: Metrics, ends: TokenEnds, local: Mapping[str, RevocationSource] | None = None
) -> Revocations:
    """The revocations of all issuers that publish a list. `local` are lists of this process, by issuer."""
    sources: dict[str, RevocationSource] = {
        issuer.issuer: HttpRevocations(issuer.revocations_url, settings.revocations)
        for issuer in settings.issuers
        if issuer.revocations_url is not None
    }
    return Revocations(settings.revocations, {**sources, **(local or {})}, metrics, ends)


def _entries(document: bytes) -> _Entries:
    """The entries of a list that still matter, by subject. Raises ValueError where it is not a list."""
    now = time.time()
    found: _Entries = {}
    for entry in _decode(document).revoked:
        if entry.expires_at > now:
            found.setdefault(entry.sub, []).append(entry)
    return found
