"""Clients' access tokens (JWT, RFC 7519): verified once, then remembered until they expire."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt

from hanse_router.cache import LruCache
from hanse_router.errors import Unauthenticated
from hanse_router.identity.jwks import KeySet
from hanse_router.request import ANONYMOUS, Principal
from hanse_router.settings import JwtSettings
from hanse_wire.settings import SettingsError

SCHEME = "bearer "
MAX_TOKEN_CHARACTERS = 16_384


class TokenVerifier:
    """Tells whom a token stands for."""

    def __init__(self, keys: KeySet, settings: JwtSettings, *, policies_claim: str = "policies") -> None:
        if symmetric := [name for name in settings.algorithms if name.startswith("HS") or name.lower() == "none"]:
            raise SettingsError(f"setting jwt.algorithms: {symmetric[0]} proves nothing; take EdDSA, ES256 or RS256")
        self._keys = keys
        self._settings = settings
        self._policies_claim = policies_claim
        self._known: LruCache[str, Principal] = LruCache(settings.cache_size)

    def known(self, authorization: str | None) -> Principal | None:
        """The principal where no verification is needed: no token, or one verified before. None: call `verify`."""
        if not authorization:
            if self._settings.required:
                raise Unauthenticated("An access token is needed: send the header `Authorization: Bearer <token>`.")
            return ANONYMOUS
        principal = self._known.get(authorization)
        if principal is not None and principal.expires + self._settings.leeway_seconds <= time.time():
            self._known.drop(authorization)
            raise Unauthenticated("The access token has expired: sign in again, or refresh it.")
        return principal

    async def verify(self, authorization: str | None) -> Principal:
        """The principal of an `Authorization` header's value; anonymous without one.

        Raises Unauthenticated where the token is not valid, Unavailable where its keys cannot be had.
        """
        principal = self.known(authorization)
        if principal is None:
            assert authorization is not None
            principal = await self._verify(authorization)
            self._known.put(authorization, principal)
        return principal

    async def _verify(self, authorization: str) -> Principal:
        if authorization[: len(SCHEME)].lower() != SCHEME:
            raise Unauthenticated("The authorization is not understood: send `Authorization: Bearer <token>`.")
        token = authorization[len(SCHEME) :].strip()
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise Unauthenticated("The access token is not valid: sign in again.")
        settings = self._settings
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key_id = header.get("alg"), header.get("kid")
            if algorithm not in settings.algorithms or not isinstance(key_id, str | None):
                raise jwt.InvalidAlgorithmError
            key = await self._keys.get(key_id, algorithm)
            if key is None or key.algorithm_name != algorithm:
                raise Unauthenticated("The access token is signed with an unknown key: sign in again.")
            claims = jwt.decode(
                token,
                key,
                algorithms=list(settings.algorithms),
                audience=list(settings.audiences) or None,
                issuer=list(settings.issuers) or None,
                leeway=settings.leeway_seconds,
                options={"require": ["exp"], "verify_aud": bool(settings.audiences)},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The access token has expired: sign in again, or refresh it.") from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
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
