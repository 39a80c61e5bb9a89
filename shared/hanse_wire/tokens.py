"""Bearer tokens (RFC 6750) that are JWTs (RFC 7519): read from a header and verified.

A key is bound to its issuer: the claim `iss` of a token selects the keys that may have signed it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import jwt
import msgspec

from hanse_wire.json_codec import decode_json
from hanse_wire.jwks import KeySet

MAX_TOKEN_CHARACTERS = 16_384
MAX_NUMERIC_DATE = 253_402_300_799  # the end of the year 9999, in seconds since the epoch
KEY_TYPES = {  # by algorithm: the `kty` of its keys (RFC 7518, RFC 8037). Symmetric ones cannot prove who signed
    "EdDSA": "OKP",
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
}
_SCHEME = "bearer "


class TokenError(Exception):
    """The token is not valid. `reason` completes the sentence "The token ...", and can be shown to clients."""

    reason: ClassVar[str] = "is not valid"


class TokenExpired(TokenError):
    """The token was valid until it expired."""

    reason = "has expired"


class UnknownIssuer(TokenError):
    """No accepted issuer has the name that the token gives."""

    reason = "is of an issuer that is not accepted"


class UnknownSigningKey(TokenError):
    """The token's issuer does not publish the key that signed it."""

    reason = "is signed with an unknown key"


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer of tokens: its keys, and what its tokens must fulfil. Raises ValueError for another algorithm."""

    keys: KeySet
    algorithms: Collection[str]
    audiences: Collection[str]  # empty: not checked
    leeway_seconds: float = 0.0

    def __post_init__(self) -> None:
        for name in self.algorithms:
            if name not in KEY_TYPES:
                raise ValueError(f"{name} cannot prove who signed a token: use EdDSA, ES256 or RS256")


_NumericDate = Annotated[float, msgspec.Meta(ge=0, le=MAX_NUMERIC_DATE)]


class _RegisteredClaims(msgspec.Struct):
    """The claims that have a meaning in RFC 7519, by their types."""

    exp: _NumericDate
    iss: str
    nbf: _NumericDate = 0
    iat: _NumericDate = 0
    aud: str | list[str] = ""
    sub: str | None = None


_registered_claims = msgspec.json.Decoder(_RegisteredClaims)
_signatures = jwt.PyJWS()


def bearer_token(authorization: str) -> str | None:
    """The token in the value of an `Authorization` header, None where it has another scheme or no token."""
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return authorization[len(_SCHEME) :].strip() or None


async def verify_token(token: str, issuers: Mapping[str, TrustedIssuer]) -> dict[str, Any]:
    """The claims of a token of one of the issuers; `iss` and `exp` are always among them.

    `exp`, `nbf` and `iat` are numbers from 0 to MAX_NUMERIC_DATE. Raises TokenError, KeysUnavailable.
    """
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenError
    try:
        read = _signatures.decode_complete(token, options={"verify_signature": False})
        registered = _registered_claims.decode(read["payload"])
        claims: dict[str, Any] = decode_json(read["payload"])
        header = read["header"]
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:  # also those of msgspec and decode_json
        raise TokenError from error
    issuer = issuers.get(registered.iss)
    if issuer is None:
        raise UnknownIssuer
    key = await _key(issuer, header)
    try:
        jwt.decode(
            token,
            key,
            algorithms=list(issuer.algorithms),
            audience=list(issuer.audiences) or None,
            issuer=registered.iss,
            leeway=issuer.leeway_seconds,
            options={"require": ["exp", "iss"], "verify_aud": bool(issuer.audiences)},
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenExpired from error
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise TokenError from error
    return claims


async def _key(issuer: TrustedIssuer, header: Mapping[str, Any]) -> jwt.PyJWK:
    """The issuer's key that a token's header names. Raises TokenError, KeysUnavailable."""
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in issuer.algorithms or not isinstance(key_id, str | None):
        raise TokenError
    key = await issuer.keys.get(key_id, algorithm)
    if key is None:
        raise UnknownSigningKey
    # Else a public key could be taken for a shared secret, or for one of another algorithm.
    if key.algorithm_name != algorithm or key.key_type != KEY_TYPES[algorithm]:
        raise UnknownSigningKey
    return key
