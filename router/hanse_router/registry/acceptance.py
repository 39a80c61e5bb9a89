"""Which supergraphs a router accepts where it has public keys.

A signature is accepted for the graph, variant and branch that the router asked for, and not if it is older than the
one in service: an attacker who stores a signed supergraph must not be able to send it again later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hanse_router.registry.client import Answer
from hanse_router.settings_supergraph import SupergraphSettings
from hanse_wire.settings import SettingsError
from hanse_wire.supergraph_signature import (
    PublicKeys,
    PublicKeysError,
    SignatureError,
    SupergraphClaims,
    digest,
    verify,
)

CLOCK_SKEW_SECONDS = 300  # between the clocks of registry and router, and steps of the registry's clock


class OtherSupergraph(SignatureError):
    """The signature is for another graph, variant or branch."""

    code = "SUPERGRAPH_NOT_ASKED_FOR"


class SupergraphReplayed(SignatureError):
    """The signature is older than that of the supergraph in service."""

    code = "SUPERGRAPH_REPLAYED"


class SignedInFuture(SignatureError):
    """The signature is from the future: the clock of the registry or of the router is wrong."""

    code = "SUPERGRAPH_FROM_FUTURE"


@dataclass(frozen=True, slots=True)
class Served:
    """What is known of the supergraph in service.

    `iat` is the newest time of a signature so far; None where no signature was verified.
    """

    sha256: str
    version: int | None
    iat: int | None
    etag: str | None


class Acceptance:
    """Verifies answers."""

    def __init__(
        self, public_keys: Path | None, graph: str | None, variant: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._public_keys = public_keys
        self._graph = graph
        self._variant = variant
        self._clock = clock

    @classmethod
    def of(cls, settings: SupergraphSettings, graph: str | None, variant: str | None) -> Acceptance:
        """What the settings ask for; `graph` and `variant` are those of the URL. Raises SettingsError."""
        graph, variant = settings.graph or graph, settings.variant or variant
        if settings.public_keys is not None:
            if graph is None or variant is None:
                raise SettingsError(
                    "settings supergraph.graph and supergraph.variant: needed with supergraph.public_keys, since the "
                    "URL of --supergraph names none"
                )
            try:
                PublicKeys.load(settings.public_keys)
            except (OSError, PublicKeysError) as error:
                raise SettingsError(f"setting supergraph.public_keys: {settings.public_keys}: {error}") from error
        return cls(settings.public_keys, graph, variant)

    async def check(self, answer: Answer, branch: str | None, served: Served | None) -> Served:
        """What is known of an answer, where it may follow the supergraph that is served. Raises SignatureError."""
        if self._public_keys is None:
            return Served(digest(answer.content), answer.version, None, answer.etag)
        claims = verify(answer.signature, answer.content, await self._keys(self._public_keys))
        self._check_line(claims, branch)
        self._check_time(claims)
        if served is not None:
            check_order(claims, served)
        # The newest time stays: else what was signed before a step back of the registry's clock could come again.
        newest = max(claims.iat, served.iat or 0) if served is not None else claims.iat
        return Served(claims.sha256, claims.version, newest, answer.etag)

    async def _keys(self, path: Path) -> PublicKeys:
        """The keys in the file now, so that keys can be rotated without a restart. Raises SignatureError."""
        try:
            return await asyncio.to_thread(PublicKeys.load, path)
        except (OSError, PublicKeysError) as error:
            raise SignatureError(f"the file of supergraph.public_keys cannot be used: {error}") from error

    def _check_line(self, claims: SupergraphClaims, branch: str | None) -> None:
        if (claims.graph, claims.variant, claims.branch) != (self._graph, self._variant, branch):
            raise OtherSupergraph(f"it is signed for {claims.line}")

    def _check_time(self, claims: SupergraphClaims) -> None:
        ahead = claims.iat - self._clock()
        if ahead > CLOCK_SKEW_SECONDS:
            raise SignedInFuture(f"its signature is {ahead:.0f} s in the future: compare the clocks")


def check_order(claims: SupergraphClaims, served: Served) -> None:
    """Raises SupergraphReplayed where a signature is older than that of the supergraph in service.

    Versions only grow: a rollback in a registry is a new version. A lower version is accepted with a newer signature
    alone, such as that of a registry that was restored from a backup. A higher version may be signed a little earlier,
    since clocks are set back.
    """
    if served.iat is None or served.version is None or claims.sha256 == served.sha256:
        return
    newer = claims.iat > served.iat
    follows = claims.version > served.version and claims.iat >= served.iat - CLOCK_SKEW_SECONDS
    if not newer and not follows:
        raise SupergraphReplayed(
            f"version {claims.version} was signed before version {served.version}, which is in service"
        )
