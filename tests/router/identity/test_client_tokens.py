"""Access tokens: what is taken, what is not, and how keys are read."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from pydantic import ValidationError

from hanse_router.errors import Unauthenticated, Unavailable
from hanse_router.identity.client_tokens import TokenVerifier, open_issuers
from hanse_router.request import ANONYMOUS, Principal
from hanse_router.settings_identity import JwtSettings
from hanse_router.store.memory import MemoryCache
from hanse_router.store.protocol import Cache
from hanse_wire.settings import SettingsError
from hanse_wire.tokens import TrustedIssuer
from tests.router.identity.keys import LIFETIME, NOW, Issuer, Published, issuer_settings, other_algorithms
from tests.router.store.bucket_contract import Clock


class Verifier:
    """A verifier of tokens in the header of a request."""

    def __init__(self, tokens: TokenVerifier) -> None:
        self.tokens = tokens

    def known(self, authorization: str | None) -> Principal | None:
        return self.tokens.known(self.tokens.token(_headers(authorization)))

    async def verify(self, authorization: str | None) -> Principal:
        return await self.tokens.principal(_headers(authorization))


def _headers(authorization: str | None) -> dict[str, str]:
    return {} if authorization is None else {"authorization": authorization}


def jwt_of(issuer: Mapping[str, Any] | None = None, **settings: Any) -> JwtSettings:
    return JwtSettings(**{"retry_seconds": 0, "issuers": [issuer_settings(**(issuer or {}))], **settings})


def verifier(
    source: Any, copies: Cache | None = None, issuer: Mapping[str, Any] | None = None, **settings: Any
) -> Verifier:
    chosen = jwt_of(issuer, **settings)
    return Verifier(TokenVerifier(issuers_of(source, chosen, copies), chosen))


def issuers_of(source: Any, settings: JwtSettings, copies: Cache | None = None) -> dict[str, TrustedIssuer]:
    return open_issuers(settings, copies or MemoryCache(10_000), {"hanse-users": source})


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


async def test_no_token_is_anonymous_unless_one_is_required(issuer: Issuer) -> None:
    source = Published(issuer.key.public_jwks)
    assert await verifier(source).verify(None) is ANONYMOUS
    with pytest.raises(Unauthenticated):
        await verifier(source, required=True).verify(None)


async def test_what_a_token_says(issuer: Issuer) -> None:
    principal = await verifier(Published(issuer.key.public_jwks)).verify(issuer.bearer(policies=["p"]))
    assert principal.authenticated
    assert (principal.subject, principal.session_id, principal.roles) == ("u1", "s1", ("user",))
    assert principal.scopes == {"read:email", "write"}
    assert principal.policies == {"p"}


async def test_a_token_is_verified_once_and_forgotten_when_it_expires(issuer: Issuer) -> None:
    source = Published(issuer.key.public_jwks)
    tokens = verifier(source, leeway_seconds=0)
    value = issuer.bearer(exp=time.time() + 1)
    assert tokens.known(value) is None
    first = await tokens.verify(value)
    assert tokens.known(value) is first
    time.sleep(1.1)  # noqa: ASYNC251 - the clock is what is tested
    with pytest.raises(Unauthenticated, match="expired"):
        await tokens.verify(value)
    assert source.reads == 1


async def test_expired_tokens_leave_the_cache(issuer: Issuer) -> None:
    tokens = verifier(Published(issuer.key.public_jwks), leeway_seconds=0)
    soon = time.time() + 1
    for number in range(5):
        await tokens.verify(issuer.bearer(exp=soon, sub=f"u{number}"))
    assert tokens.tokens.cached == 5
    await asyncio.sleep(soon - time.time())  # the clock is what is tested
    await tokens.verify(issuer.bearer())
    assert tokens.tokens.cached == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 60},
        {"exp": None},
        {"iss": "another"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"nbf": NOW + LIFETIME},
    ],
)
async def test_a_token_with_wrong_claims_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await verifier(Published(issuer.key.public_jwks)).verify(issuer.bearer(**claims))
    assert refused.value.http_status == 401
    assert issuer.token(**claims) not in refused.value.message


async def test_leeway(issuer: Issuer) -> None:
    late = issuer.bearer(exp=int(time.time()) - 3)
    assert (await verifier(Published(issuer.key.public_jwks), leeway_seconds=30).verify(late)).authenticated
    with pytest.raises(Unauthenticated):
        await verifier(Published(issuer.key.public_jwks), leeway_seconds=0).verify(late)


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer a.b.c", "Basic dTpw", "Bearer " + "x" * 20_000, "é"])
async def test_what_is_no_token(issuer: Issuer, value: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier(Published(issuer.key.public_jwks)).verify(value)


async def test_a_forged_signature(issuer: Issuer, tmp_path: Path) -> None:
    other = Issuer(tmp_path, "other")
    forged = jwt.encode(
        {**jwt.decode(other.token(), options={"verify_signature": False})},
        other.key.private_key,
        algorithm="EdDSA",
        headers={"kid": issuer.key.key_id},
    )
    with pytest.raises(Unauthenticated):
        await verifier(Published(issuer.key.public_jwks)).verify(f"Bearer {forged}")


async def test_algorithms_that_prove_nothing(issuer: Issuer) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    public = orjson.loads(issuer.key.public_jwks)["keys"][0]["x"]
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": issuer.key.key_id})
    # The public key taken for a shared secret: the classic confusion.
    secret = base64.urlsafe_b64decode(public + "=")
    confused = jwt.encode(claims, secret, algorithm="HS256", headers={"kid": issuer.key.key_id})
    for token in (unsigned, confused):
        with pytest.raises(Unauthenticated):
            await verifier(Published(issuer.key.public_jwks)).verify(f"Bearer {token}")
    with pytest.raises(ValidationError, match="algorithms"):
        jwt_of({"algorithms": ("HS256",)})


async def test_other_algorithms_and_the_list_of_those_allowed() -> None:
    for name, key, jwk in other_algorithms():
        source = Published(orjson.dumps({"keys": [jwk]}))
        claims = {"iss": "hanse-users", "aud": "hanse", "sub": "u2", "exp": NOW + LIFETIME}
        value = "Bearer " + jwt.encode(claims, key, algorithm=name, headers={"kid": jwk["kid"]})
        assert (await verifier(source).verify(value)).subject == "u2"
        with pytest.raises(Unauthenticated):
            await verifier(source, issuer={"algorithms": ("EdDSA",)}).verify(value)


async def test_keys_that_are_not_for_signatures_are_passed_over(issuer: Issuer) -> None:
    (own,) = orjson.loads(issuer.key.public_jwks)["keys"]
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMw", "kid": "shared", "alg": "HS256"}
    odd = {"kty": "future", "kid": "odd"}
    source = Published(orjson.dumps({"keys": [shared, odd, own]}))
    assert (await verifier(source).verify(issuer.bearer())).authenticated
    keys = issuers_of(source, jwt_of())["hanse-users"].keys
    assert await keys.get("shared", "HS256") is None
    encrypting = Published(orjson.dumps({"keys": [{**own, "use": "enc"}]}))
    with pytest.raises(Unauthenticated):
        await verifier(encrypting).verify(issuer.bearer())


async def test_a_token_without_a_key_id_is_matched_where_one_key_has_its_algorithm(
    issuer: Issuer, tmp_path: Path
) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    value = "Bearer " + jwt.encode(claims, issuer.key.private_key, algorithm="EdDSA")
    assert (await verifier(Published(issuer.key.public_jwks)).verify(value)).authenticated
    two = Published(issuer.key.public_jwks, Issuer(tmp_path, "second").key.public_jwks)
    with pytest.raises(Unauthenticated):
        await verifier(two).verify(value)


async def test_a_new_key_is_read_when_its_id_is_met_but_not_for_every_unknown_id(
    issuer: Issuer, tmp_path: Path
) -> None:
    newer = Issuer(tmp_path, "newer")
    source = Published(issuer.key.public_jwks)
    tokens = verifier(source)
    await tokens.verify(issuer.bearer())
    source.documents.append(newer.key.public_jwks)
    assert (await tokens.verify(newer.bearer())).authenticated
    assert source.reads == 2
    patient = verifier(source, retry_seconds=60)
    await patient.verify(issuer.bearer())
    reads = source.reads
    stranger = Issuer(tmp_path, "stranger")
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await patient.verify(stranger.bearer())
    assert source.reads == reads


async def test_keys_stand_while_their_source_is_away(issuer: Issuer) -> None:
    source = Published(issuer.key.public_jwks)
    tokens = verifier(source, refresh_seconds=0.001)
    await tokens.verify(issuer.bearer())
    source.away = True
    time.sleep(0.01)  # noqa: ASYNC251 - the keys are old now
    assert (await tokens.verify(issuer.bearer(sub="u9"))).subject == "u9"


async def test_a_router_that_starts_while_the_issuer_is_away_borrows_what_another_has_read(
    issuer: Issuer, tmp_path: Path
) -> None:
    copies, newer = MemoryCache(10_000), Issuer(tmp_path, "newer")
    source = Published(issuer.key.public_jwks, shared_as="jwks:a")
    first = verifier(source, copies)
    await first.verify(issuer.bearer())
    source.away = True
    second = verifier(source, copies)
    assert (await second.verify(issuer.bearer())).authenticated
    with pytest.raises(Unavailable):
        await second.verify(newer.bearer())  # it may be a key that nobody has read yet
    source.away = False
    source.documents.append(newer.key.public_jwks)
    assert (await first.verify(newer.bearer())).authenticated
    source.away = True
    assert (await second.verify(newer.bearer())).authenticated, "read by the other in the meantime"
    source.away = False
    source.documents.pop(0)
    with pytest.raises(Unauthenticated):
        await verifier(source, copies).verify(
            issuer.bearer()
        )  # withdrawn keys are not borrowed while the source answers


async def test_copies_are_of_their_source_only_and_not_for_ever(issuer: Issuer) -> None:
    clock = Clock()
    copies = MemoryCache(10_000, clock)
    source = Published(issuer.key.public_jwks, shared_as="jwks:a")
    await verifier(source, copies, copy_seconds=60).verify(issuer.bearer())
    for name in ("jwks:b", None):
        other = Published(shared_as=name)
        other.away = True
        with pytest.raises(Unavailable):
            await verifier(other, copies).verify(issuer.bearer())
    source.away = True
    await copies.put("jwks:b", b"nonsense", 60)
    other.shared_as = "jwks:b"
    with pytest.raises(Unavailable):
        await verifier(other, copies).verify(issuer.bearer())
    clock.now += 61
    with pytest.raises(Unavailable):
        await verifier(source, copies).verify(issuer.bearer())


async def test_a_source_that_was_never_there_is_no_fault_of_the_token(issuer: Issuer) -> None:
    source = Published()
    source.away = True
    with pytest.raises(Unavailable):
        await verifier(source).verify(issuer.bearer())


async def test_keys_from_a_file(issuer: Issuer, tmp_path: Path) -> None:
    settings = jwt_of({"jwks_url": (tmp_path / "issuer-jwks.json").as_uri()})
    tokens = Verifier(TokenVerifier(open_issuers(settings, MemoryCache(10_000)), settings))
    assert (await tokens.verify(issuer.bearer())).authenticated
    with pytest.raises(SettingsError, match=r"jwt\.issuers\.0\.jwks_url"):
        open_issuers(jwt_of({"jwks_url": "ftp://x"}), MemoryCache(10_000))


def test_an_issuer_is_listed_once() -> None:
    with pytest.raises(ValidationError, match="twice"):
        jwt_of(issuers=[issuer_settings(), issuer_settings()])


async def test_a_token_in_a_cookie(issuer: Issuer) -> None:
    tokens = verifier(Published(issuer.key.public_jwks), issuer={"cookie": "access"}).tokens
    cookie = f'theme=dark; access="{issuer.token()}"; other=1'
    assert (await tokens.principal({"cookie": cookie})).subject == "u1"
    both = {"cookie": cookie, "authorization": issuer.bearer(sub="u2")}
    assert (await tokens.principal(both)).subject == "u2", "the header comes first"
    assert await tokens.principal({"cookie": "theme=dark; access="}) is ANONYMOUS
    with pytest.raises(Unauthenticated, match="larger"):
        await tokens.principal({"cookie": "access=" + "x" * 20_000})
    without = verifier(Published(issuer.key.public_jwks)).tokens
    assert await without.principal({"cookie": cookie}) is ANONYMOUS
