"""Clients' access tokens (JWT, RFC 7519): verified once, then cached until they expire."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from hanse_router.errors import Unauthenticated, Unavailable
from hanse_router.request import ANONYMOUS, Principal, cookie_value
from hanse_router.settings_identity import JwtSettings
from hanse_router.store.protocol import Cache
from hanse_wire.jwks import JwksSource, JwksUrlError, KeySet, KeysUnavailable, jwks_source
from hanse_wire.lru_cache import LruCache
from hanse_wire.settings import SettingsError
from hanse_wire.tokens import TokenError, TokenExpired, TrustedIssuer, bearer_token, verify_token

MAX_CACHED_TOKENS = 100_000
_SCHEME = "Bearer "


def open_issuers(
    settings: JwtSettings, copies: Cache, sources: Mapping[str, JwksSource] | None = None
) -> dict[str, TrustedIssuer]:
    """The issuers of `jwt.issuers` by name. `sources` replace the JWKS at the URLs. Raises SettingsError."""
    found: dict[str, TrustedIssuer] = {}
    for index, issuer in enumerate(settings.issuers):
        source = sources.get(issuer.issuer) if sources is not None else None
        try:
            source = source or jwks_source(issuer.jwks_url)
        except JwksUrlError as error:
            raise SettingsError(f"setting jwt.issuers.{index}.jwks_url: {error}") from error
        keys = KeySet(
            [source],
            refresh_seconds=settings.refresh_seconds,
            retry_seconds=settings.retry_seconds,
            copies=copies,
            copy_seconds=settings.copy_seconds,
        )
        found[issuer.issuer] = TrustedIssuer(keys, issuer.algorithms, issuer.audiences, settings.leeway_seconds)
    return found


class TokenVerifier:
    """Turns access tokens into principals."""

    def __init__(
        self, issuers: Mapping[str, TrustedIssuer], settings: JwtSettings, *, policies_claim: str = "policies"
    ) -> None:
        self._issuers = issuers
        self._header = settings.header.lower()
        self._cookies = tuple(issuer.cookie for issuer in settings.issuers if issuer.cookie)
        self._required = settings.required
        self._leeway = settings.leeway_seconds
        self._max_characters = settings.max_token_bytes
        self._max_header = settings.max_token_bytes + len(_SCHEME)
        self._policies_claim = policies_claim
        self._known: LruCache[str, Principal] = LruCache(
            MAX_CACHED_TOKENS, weigh=_weight, max_weight=settings.cache_bytes
        )

    @property
    def cached(self) -> int:
        """The number of tokens in the cache."""
        return len(self._known)

    def token(self, headers: Mapping[str, str]) -> str | None:
        """The token of a request in its canonical form, without blanks around it; None where there is none.

        Its size is checked before anything looks at it. Raises Unauthenticated.
        """
        authorization = headers.get(self._header)
        if not authorization:
            token = cookie_value(headers.get("cookie", ""), self._cookies) if self._cookies else None
            if token is None or len(token) <= self._max_characters:
                return token
        elif len(authorization) <= self._max_header:
            token = bearer_token(authorization)
            if token is not None:
                return token
            if not authorization.lower().startswith("bearer"):
                raise Unauthenticated(
                    "The authorization scheme is not supported: send `Authorization: Bearer <token>`."
                )
            raise _invalid(TokenError)
        raise Unauthenticated(f"The access token is larger than {self._max_characters} bytes: sign in again.")

    def known(self, token: str | None) -> Principal | None:
        """The principal without verification: of no token, or of a cached one. None: call `verify`.

        Raises Unauthenticated.
        """
        if token is None:
            if self._required:
                raise Unauthenticated("An access token is required: send the header `Authorization: Bearer <token>`.")
            return ANONYMOUS
        principal = self._known.get(token)
        if principal is not None and principal.expires + self._leeway <= time.time():
            self._known.drop(token)
            raise _invalid(TokenExpired)
        return principal

    async def verify(self, token: str) -> Principal:
        """The principal of a token that is not known yet.

        Raises Unauthenticated where the token is not valid, Unavailable where its keys cannot be fetched.
        """
        try:
            claims = await verify_token(token, self._issuers)
        except KeysUnavailable as error:
            raise Unavailable("The public keys that verify access tokens cannot be read now; try again.") from error
        except TokenError as error:
            raise _invalid(type(error)) from error
        principal = self._principal(claims)
        now = time.time()
        self._known.drop_oldest(lambda known: known.expires + self._leeway <= now)
        self._known.put(token, principal)
        return principal

    async def principal(self, headers: Mapping[str, str]) -> Principal:
        """The principal of a request; anonymous without a token. Raises Unauthenticated, Unavailable."""
        token = self.token(headers)
        principal = self.known(token)
        if principal is None:
            assert token is not None
            principal = await self.verify(token)
        return principal

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
            issuer=claims["iss"],
            issued_at=float(claims.get("iat", 0)),
        )


def _invalid(kind: type[TokenError]) -> Unauthenticated:
    return Unauthenticated(f"The access token {kind.reason}: sign in again, or refresh it.")


def _weight(token: str, principal: Principal) -> int:
    """The size of a cached token in bytes, about: the token, and the claims that are kept of it."""
    return 1_000 + 3 * len(token)


def _strings(claim: object) -> tuple[str, ...]:
    return tuple(item for item in claim if isinstance(item, str)) if isinstance(claim, list) else ()
