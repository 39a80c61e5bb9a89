"""Bearer tokens: what is verified, and what is refused whatever it claims."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanse_wire.jwks import KeySet
from hanse_wire.signing_keys import SigningKey, new_jwk
from hanse_wire.tokens import (
    MAX_TOKEN_CHARACTERS,
    TokenError,
    TokenExpired,
    TrustedIssuer,
    UnknownIssuer,
    UnknownSigningKey,
    bearer_token,
    verify_token,
)
from tests.wire.test_jwks import Source

JWK = new_jwk()
KEY = SigningKey(JWK)


def claims(**changed: Any) -> dict[str, Any]:
    all_claims = {"iss": "issuer", "aud": "audience", "sub": "u1", "exp": int(time.time()) + 60, **changed}
    return {name: value for name, value in all_claims.items() if value is not None}


def trusted(jwk: Any = JWK, algorithms: tuple[str, ...] = ("EdDSA",), leeway_seconds: float = 0) -> TrustedIssuer:
    keys = KeySet([Source(jwk)], refresh_seconds=60, retry_seconds=60)
    return TrustedIssuer(keys, algorithms, ["audience"], leeway_seconds)


async def verify(token: str, issuer: TrustedIssuer | None = None) -> dict[str, Any]:
    return await verify_token(token, {"issuer": issuer or trusted()})


async def test_a_valid_token() -> None:
    assert (await verify(KEY.sign(claims())))["sub"] == "u1"


@pytest.mark.parametrize(
    "changed",
    [{"exp": None}, {"iss": "x"}, {"iss": None}, {"aud": "x"}, {"aud": None}, {"nbf": 2**40}, {"exp": "never"}],
)
async def test_wrong_claims(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        await verify(KEY.sign(claims(**changed)))


async def test_leeway_is_for_expiry_too() -> None:
    token = KEY.sign(claims(exp=int(time.time()) - 3))
    with pytest.raises(TokenExpired):
        await verify(token)
    assert await verify(token, trusted(leeway_seconds=30))


async def test_forged_signatures_and_confused_algorithms() -> None:
    key_id = {"kid": KEY.key_id}
    public = KEY.private_key.public_key().public_bytes_raw()
    for token in (
        jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=key_id),
        jwt.encode(claims(), "", algorithm="none", headers=key_id),
        jwt.encode(claims(), public, algorithm="HS256", headers=key_id),
    ):
        with pytest.raises(TokenError):
            await verify(token)
        with pytest.raises(TokenError):  # ES256 is accepted, but the key is of another algorithm
            await verify(token, trusted(algorithms=("EdDSA", "ES256")))
    with pytest.raises(UnknownSigningKey):
        await verify(SigningKey(new_jwk()).sign(claims()))


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "x" * (MAX_TOKEN_CHARACTERS + 1), "é.é.é"])
async def test_what_is_not_a_token(token: str) -> None:
    with pytest.raises(TokenError):
        await verify(token)


@pytest.mark.parametrize("algorithm", ["HS256", "none", "None"])
def test_algorithms_that_are_refused(algorithm: str) -> None:
    with pytest.raises(ValueError, match="EdDSA"):
        trusted(algorithms=(algorithm,))


async def test_a_key_signs_for_its_issuer_only() -> None:
    other = new_jwk()
    issuers = {"issuer": trusted(), "other": trusted(other)}
    for name, key in (("issuer", KEY), ("other", SigningKey(other))):
        assert (await verify_token(key.sign(claims(iss=name)), issuers))["iss"] == name
    with pytest.raises(UnknownSigningKey):
        await verify_token(KEY.sign(claims(iss="other")), issuers)
    with pytest.raises(UnknownIssuer):
        await verify_token(KEY.sign(claims(iss="third")), issuers)


async def test_an_algorithm_needs_a_key_of_its_type() -> None:
    mislabelled = {**JWK, "alg": "RS256"}  # an Ed25519 key
    with pytest.raises(TokenError):
        await verify(KEY.sign(claims()), trusted(mislabelled, ("EdDSA", "RS256")))


def test_the_header() -> None:
    assert bearer_token("Bearer a.b.c") == bearer_token("bearer  a.b.c ") == "a.b.c"
    for value in ("", "Bearer", "Bearer ", "Basic dTpw", "a.b.c"):
        assert bearer_token(value) is None
