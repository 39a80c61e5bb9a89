"""Tokens: whose key may sign for whom, claims that no issuer writes, and what the cache of tokens holds."""

from __future__ import annotations

import base64
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest

from hanse_router.errors import Unauthenticated
from hanse_router.identity.client_tokens import TokenVerifier, open_issuers
from hanse_router.settings_identity import JwtSettings
from hanse_router.store.memory import MemoryCache
from hanse_wire.jwks import JwksSource
from tests.hostile.probe import no_stall
from tests.router.identity.keys import NOW, Issuer, Published, issuer_settings, other_algorithms
from tests.router.platform import Platform
from tests.router.server.sockets import Socket

BLANKS = 1_900_000
SHOP, BANK = "https://shop.example", "https://bank.example"


def verifier(sources: Mapping[str, JwksSource], *issuers: dict[str, Any], **settings: Any) -> TokenVerifier:
    """A verifier of the tokens of these issuers."""
    chosen = JwtSettings(issuers=list(issuers), retry_seconds=0, **settings)
    return TokenVerifier(open_issuers(chosen, MemoryCache(10_000), sources), chosen)


async def test_the_key_of_one_issuer_does_not_sign_for_another(tmp_path: Path) -> None:
    shop, bank = Issuer(tmp_path, "shop"), Issuer(tmp_path, "bank")
    sources = {SHOP: Published(shop.key.public_jwks), BANK: Published(bank.key.public_jwks)}
    tokens = verifier(sources, issuer_settings(SHOP), issuer_settings(BANK, audiences=["bank"]))
    assert (await tokens.principal({"authorization": shop.bearer(iss=SHOP)})).issuer == SHOP
    assert (await tokens.principal({"authorization": bank.bearer(iss=BANK, aud="bank")})).issuer == BANK
    for wrong in (
        shop.bearer(iss=BANK, aud="bank"),
        shop.bearer(iss=SHOP, aud="bank"),  # the audience of the other issuer
        shop.bearer(iss="https://third.example"),
        shop.bearer(iss=None),
    ):
        with pytest.raises(Unauthenticated):
            await tokens.principal({"authorization": wrong})


async def test_an_algorithm_is_accepted_for_the_issuer_that_has_it(tmp_path: Path) -> None:
    (_, rsa_key, rsa_jwk), (_, ec_key, ec_jwk) = other_algorithms()
    sources = {name: Published(orjson.dumps({"keys": [rsa_jwk, ec_jwk]})) for name in (SHOP, BANK)}
    tokens = verifier(sources, issuer_settings(SHOP, algorithms=["RS256"]), issuer_settings(BANK, algorithms=["ES256"]))

    def bearer(issuer: str, key: Any, algorithm: str, key_id: str) -> dict[str, str]:
        claims = {"iss": issuer, "aud": "hanse", "sub": "u", "exp": NOW + 86_400}
        return {"authorization": "Bearer " + jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id})}

    assert (await tokens.principal(bearer(SHOP, rsa_key, "RS256", "RS256"))).subject == "u"
    assert (await tokens.principal(bearer(BANK, ec_key, "ES256", "ES256"))).subject == "u"
    for wrong in (
        bearer(SHOP, ec_key, "ES256", "ES256"),
        bearer(SHOP, rsa_key, "RS256", "ES256"),  # the id of a key of another type
        bearer(SHOP, rsa_key, "RS512", "RS256"),
    ):
        with pytest.raises(Unauthenticated):
            await tokens.principal(wrong)


ODD_CLAIMS = {
    "a year with 400 digits": b'"exp": 1' + b"0" * 400,
    "more digits than Python reads": b'"exp": 1' + b"0" * 5_000,
    "infinity": b'"exp": 1e999',
    "not a number": b'"exp": NaN',
    "text": b'"exp": "9999999999"',
    "a boolean": b'"exp": true',
    "negative": b'"exp": -1',
    "an odd iat": b'"exp": 9999999999, "iat": 1' + b"0" * 400,
    "an odd nbf": b'"exp": 9999999999, "nbf": [1]',
    "an issuer that is a list": b'"exp": 9999999999, "iss": ["hanse-users"]',
    "a subject that is a number": b'"exp": 9999999999, "sub": 1',
    "half a character": b'"exp": 9999999999, "sub": "\\ud800"',
    "half a character in a role": b'"exp": 9999999999, "roles": ["\\ud800"]',
    "deep": b'"exp": 9999999999, "roles": ' + b"[" * 5_000,
}


@pytest.mark.parametrize("claims", ODD_CLAIMS.values(), ids=ODD_CLAIMS)
async def test_odd_claims_are_401(tmp_path: Path, claims: bytes) -> None:
    platform = Platform(tmp_path)
    payload = b'{"iss": "hanse-users", "aud": "hanse", ' + claims + b"}"
    for header in (b'{"alg": "EdDSA", "kid": "%s"}' % platform.issuer.key.key_id.encode(), b"[" * 5_000, b"{}"):
        token = _signed(platform.issuer, header, payload)
        async with no_stall():
            reply = await platform.post("{ hello }", headers={"authorization": f"Bearer {token}"})
        assert (reply.status, reply.codes) == (401, ["UNAUTHENTICATED"])


@pytest.mark.parametrize("claim", [{"roles": 5}, {"scope": {"a": 1}}, {"sid": [1]}, {"policies": "p"}, {"iat": 1.5}])
async def test_other_claims_of_another_type_give_nothing(tmp_path: Path, claim: dict[str, Any]) -> None:
    platform = Platform(tmp_path)
    bearer = platform.issuer.bearer(**claim)
    assert (await platform.post("{ caller }", headers={"authorization": bearer})).json == {"data": {"caller": "u1"}}


async def test_blanks_around_a_token_do_not_make_another_one(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    token = platform.issuer.token()
    verifier = platform.router.engine.verifier
    for padded in (f"Bearer {token}", f"bearer   {token}", f"BEARER {token}\t  "):
        assert (await platform.post("{ caller }", headers={"authorization": padded})).status == 200
    assert verifier.cached == 1


async def test_padded_tokens_over_websocket_do_not_fill_the_memory(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    async with Socket(platform) as socket:
        await socket.init()
        await socket.run("{ hello }")
        tracemalloc.start()
        try:
            for number in range(20):
                padded = platform.issuer.bearer() + " " * (BLANKS + number)
                async with no_stall():
                    (message,) = await socket.run("{ hello }", extensions={"headers": {"authorization": padded}})
                assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
                del padded, message
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert platform.router.engine.verifier.cached == 0
    assert held < 2 * BLANKS


async def test_the_cache_of_tokens_is_bounded_by_bytes(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    sources = {"hanse-users": Published(issuer.key.public_jwks)}
    tokens = verifier(sources, issuer_settings(), cache_bytes=200_000)
    for number in range(60):
        long = issuer.bearer(sub=f"u{number}", note="x" * 4_000)
        await tokens.principal({"authorization": long})
    assert 5 < tokens.cached < 20


async def test_the_tokens_for_subgraphs_are_bounded_by_bytes(tmp_path: Path) -> None:
    platform = Platform(tmp_path, identity={"key_file": tmp_path / "router.json", "cache_bytes": 1_000_000})
    for number in range(40):
        headers = {"authorization": platform.issuer.bearer(sub=f"u{number}", scope="s" * 4_000)}
        assert (await platform.post("{ caller }", headers=headers)).json["data"] == {"caller": f"u{number}"}
    tokens = platform.router.engine.subgraph_tokens
    assert tokens is not None
    assert 5 < tokens.cached < 30


def _signed(issuer: Issuer, header: bytes, payload: bytes) -> str:
    """A token of any header and payload, with a valid signature."""
    signed = _encoded(header) + b"." + _encoded(payload)
    return (signed + b"." + _encoded(issuer.key.private_key.sign(signed))).decode()


def _encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")
