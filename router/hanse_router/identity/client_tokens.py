"""Clients' access tokens (JWT, RFC 7519): verified once, then cached until they expire."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from hanse_router.errors import Unauthenticated, Unavailable
from hanse_router.request import ANONYMOUS, Principal
from hanse_router.settings import JwtSettings
from hanse_router.store.protocol import Cache
from hanse_wire.jwks import JwksSource, JwksUrlError, KeySet, KeysUnavailable, jwks_source
from hanse_wire.lru_cache import LruCache
from hanse_wire.settings import SettingsError
from hanse_wire.tokens import TokenError, TokenExpired, TokenRules, UnknownSigningKey, bearer_token, verify_token


def open_key_set(settings: JwtSettings, copies: Cache, sources: Sequence[JwksSource] = ()) -> KeySet:
    """The keys of `jwt.jwks_urls`, and of further sources. Raises SettingsError."""
    try:
        configured = [jwks_source(url) for url in settings.jwks_urls]
    except JwksUrlError as error:
        raise SettingsError(f"setting jwt.jwks_urls: {error}") from error
    return KeySet(
        [*sources, *configured],
        refresh_seconds=settings.refresh_seconds,
        retry_seconds=settings.retry_seconds,
        copies=copies,
        copy_seconds=settings.copy_seconds,
    )


class TokenVerifier:
    """Turns access tokens into principals."""

    def __init__(self, keys: KeySet, settings: JwtSettings, *, policies_claim: str = "policies") -> None:
        """Raises SettingsError for a symmetric algorithm."""
        try:
            self._rules = TokenRules(settings.algorithms, settings.issuers, settings.audiences, settings.leeway_seconds)
        except ValueError as error:
            raise SettingsError(f"setting jwt.algorithms: {error}") from error
        self._keys = keys
        self._settings = settings
        self._policies_claim = policies_claim
        self._known: LruCache[str, Principal] = LruCache(settings.cache_size)

    def known(self, authorization: str | None) -> Principal | None:
        """The principal without verification: of no token, or of a cached one. None: call `verify`."""
        if not authorization:
            if self._settings.required:
                raise Unauthenticated("An access token is required: send the header `Authorization: Bearer <token>`.")
            return ANONYMOUS
        principal = self._known.get(authorization)
        if principal is not None and principal.expires + self._settings.leeway_seconds <= time.time():
            self._known.drop(authorization)
            raise Unauthenticated("The access token has expired: sign in again, or refresh it.")
        return principal

    async def verify(self, authorization: str | None) -> Principal:
        """The principal of an `Authorization` header's value; anonymous without one.

        Raises Unauthenticated where the token is not valid, Unavailable where its keys cannot be fetched.
        """
        principal = self.known(authorization)
        if principal is None:
            assert authorization is not None
            principal = await self._verify(authorization)
            self._known.put(authorization, principal)
        return principal

    async def _verify(self, authorization: str) -> Principal:
        token = bearer_token(authorization)
        if token is None and not authorization.lower().startswith("bearer"):
            raise Unauthenticated("The authorization scheme is not supported: send `Authorization: Bearer <token>`.")
        try:
            claims = await verify_token(token or "", self._keys, self._rules)
        except KeysUnavailable as error:
            raise Unavailable("The public keys that verify access tokens cannot be read now; try again.") from error
        except TokenExpired as error:
            raise Unauthenticated("The access token has expired: sign in again, or refresh it.") from error
        except UnknownSigningKey as error:
            raise Unauthenticated("The access token is signed with an unknown key: sign in again.") from error
        except TokenError as error:
            raise Unauthenticated("The access token is not valid: sign in again.") from error
        return self._principal(claims)

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        scope = claims.get("scope", claims.get("scp"))
        scope = scope if isinstance(scope, str) else " ".join(_strings(scope))
        subject, session_id = claims.get("sub"), claims.get("sid")
        return Principal(
            subject=subject if isinstance(subject, str) else None,
            roles=_strings(claims.get("roles")),
            scopes=frozenset(scope.split()),
            scope=scope,
            session_id=session_id if isinstance(session_id, str) else None,
            policies=frozenset(_strings(claims.get(self._policies_claim))),
            authenticated=True,
            expires=float(claims["exp"]),
        )


def _strings(claim: object) -> tuple[str, ...]:
    return tuple(item for item in claim if isinstance(item, str)) if isinstance(claim, list) else ()
