"""Who calls: the router's short-lived tokens, verified by its public keys, and what they say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hanse_subgraph.errors import Forbidden, Unauthenticated, Unavailable
from hanse_wire.jwks import JwksUrlError, KeySet, KeysUnavailable, jwks_source
from hanse_wire.lru_cache import LruCache
from hanse_wire.settings import SettingsError
from hanse_wire.tokens import TokenError, TokenExpired, TrustedIssuer, bearer_token, verify_token

ALGORITHMS = ("EdDSA",)
CACHED_TOKENS = 10_000  # verifying one takes about 0.1 ms
CACHED_CHARACTERS = 20_000_000  # of these tokens together
REFRESH_SECONDS = 300.0  # maximum age of the public keys
RETRY_SECONDS = 5.0  # minimum time between two fetches for unknown key ids


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller as the router vouches for them; `user_id` is None for the anonymous.

    Authorize by `scopes` and ownership, never by `roles`: a role only decides which scopes its users can have, and a
    token may have fewer.
    """

    user_id: str | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    session_id: str | None = None

    def require_user(self) -> str:
        """The caller's user id. Raises Unauthenticated for the anonymous."""
        if self.user_id is None:
            raise Unauthenticated
        return self.user_id

    def require_scope(self, scope: str) -> str:
        """The caller's user id. Raises Unauthenticated for the anonymous, Forbidden without the scope."""
        user_id = self.require_user()
        if scope not in self.scopes:
            raise Forbidden
        return user_id

    def owns_or_has(self, scope: str, owner_id: str) -> bool:
        """Whether the caller is the owner, or has the scope for what others own."""
        return scope in self.scopes or (self.user_id is not None and self.user_id == owner_id)


ANONYMOUS = Principal()


@dataclass(frozen=True, slots=True)
class Client:
    """Where the request came from, as the router saw it."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal, where they call from, and when their token was issued, in seconds since the epoch."""

    principal: Principal = ANONYMOUS
    client: Client = field(default_factory=Client)
    issued_at: float = 0.0


def open_keys(url: str) -> KeySet:
    """The public keys at a `file://` or `http(s)://` URL. Raises SettingsError for another one."""
    try:
        source = jwks_source(url)
    except JwksUrlError as error:
        raise SettingsError(str(error)) from error
    return KeySet([source], refresh_seconds=REFRESH_SECONDS, retry_seconds=RETRY_SECONDS)


class RouterTokens:
    """Verifies the tokens that the router signs for one subgraph. Verified tokens are cached until they expire."""

    def __init__(self, keys: KeySet, *, issuer: str, audience: str) -> None:
        self._issuers = {issuer: TrustedIssuer(keys, ALGORITHMS, [audience])}
        self._known: LruCache[str, tuple[float, Caller]] = LruCache(
            CACHED_TOKENS, weigh=lambda token, _: len(token), max_weight=CACHED_CHARACTERS
        )

    @property
    def cached(self) -> int:
        """The number of tokens in the cache."""
        return len(self._known)

    async def caller(self, authorization: str | None) -> Caller:
        """The caller that an `authorization` header identifies. Raises Unauthenticated, Unavailable."""
        token = bearer_token(authorization) if authorization else None
        if token is None:
            raise Unauthenticated("This subgraph accepts requests of the router only.")
        known = self._known.get(token)
        if known is None:
            known = await self._verify(token)
            now = time.time()
            self._known.drop_oldest(lambda entry: entry[0] <= now)
            self._known.put(token, known)
        expires, caller = known
        if expires <= time.time():
            self._known.drop(token)
            raise Unauthenticated(f"The router's token {TokenExpired.reason}.")
        return caller

    async def _verify(self, token: str) -> tuple[float, Caller]:
        try:
            claims = await verify_token(token, self._issuers)
        except KeysUnavailable as error:
            raise Unavailable("The public keys that verify tokens cannot be read now; try again.") from error
        except TokenError as error:
            raise Unauthenticated(f"The router's token {error.reason}.") from error
        return float(claims["exp"]), _caller(claims)


def _caller(claims: Mapping[str, Any]) -> Caller:
    principal = Principal(
        user_id=claims.get("sub"),
        roles=frozenset(claims.get("roles") or ()),
        scopes=frozenset((claims.get("scope") or "").split()),
        session_id=claims.get("sid"),
    )
    client = Client(claims.get("client_ip"), claims.get("user_agent"))
    return Caller(principal, client, float(claims.get("iat", 0)))
