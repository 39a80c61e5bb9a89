"""Bearer tokens (RFC 6750) that are JWTs (RFC 7519): read from a header and verified."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import jwt

from hanse_wire.jwks import KeySet

MAX_TOKEN_CHARACTERS = 16_384
_SCHEME = "bearer "


class TokenError(Exception):
    """The token is not valid."""


class TokenExpired(TokenError):
    """The token was valid until it expired."""


class UnknownSigningKey(TokenError):
    """No accepted issuer publishes the key that signed the token."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must fulfil. Raises ValueError for an algorithm that cannot prove who signed."""

    algorithms: Collection[str]
    issuers: Collection[str]  # empty: any
    audiences: Collection[str]  # empty: not checked
    leeway_seconds: float = 0.0

    def __post_init__(self) -> None:
        for name in self.algorithms:
            if name.startswith("HS") or name.lower() == "none":
                raise ValueError(f"{name} cannot prove who signed a token: use EdDSA, ES256 or RS256")


def bearer_token(authorization: str) -> str | None:
    """The token in the value of an `Authorization` header, None where it has another scheme or no token."""
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return authorization[len(_SCHEME) :].strip() or None


async def verify_token(token: str, keys: KeySet, rules: TokenRules) -> dict[str, Any]:
    """The claims of a token; `exp` is always among them. Raises TokenError, KeysUnavailable."""
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenError
    try:
        header = jwt.get_unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm is None or algorithm not in rules.algorithms or not isinstance(key_id, str | None):
            raise TokenError
        key = await keys.get(key_id, algorithm)
        if key is None or key.algorithm_name != algorithm:  # else a public key could be taken for a shared secret
            raise UnknownSigningKey
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(rules.algorithms),
            audience=list(rules.audiences) or None,
            issuer=list(rules.issuers) or None,
            leeway=rules.leeway_seconds,
            options={"require": ["exp"], "verify_aud": bool(rules.audiences)},
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenExpired from error
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenError from error
    return claims
