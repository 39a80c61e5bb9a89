"""Only the router's tokens open the door, and only those for this subgraph that have not expired."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanse_subgraph.auth import ANONYMOUS, Client, Principal, RouterTokens, open_keys
from hanse_subgraph.errors import Forbidden, Unauthenticated, Unavailable
from hanse_wire.settings import SettingsError
from tests.subgraphs.harness import Router


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Who signs."""
    return Router(tmp_path)


@pytest.fixture
def tokens(router: Router) -> RouterTokens:
    """Who verifies, for the subgraph `boxes`."""
    return RouterTokens(open_keys(router.jwks_url), issuer="hanse-router", audience="boxes")


async def test_the_caller_is_who_the_router_says(router: Router, tokens: RouterTokens) -> None:
    claims = {"roles": ["user", "admin"], "scope": "a b", "sid": "s", "client_ip": "::1", "user_agent": "curl"}
    caller = await tokens.caller(router.headers("boxes", "u1", **claims)["authorization"])
    assert caller.principal == Principal("u1", frozenset({"user", "admin"}), frozenset({"a", "b"}), "s")
    assert caller.client == Client("::1", "curl")


async def test_the_anonymous_have_a_token_too(router: Router, tokens: RouterTokens) -> None:
    caller = await tokens.caller(router.headers("boxes")["authorization"])
    assert caller.principal == ANONYMOUS


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer abc", "Bearer a.b.c"])
async def test_no_token_no_entry(tokens: RouterTokens, header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.caller(header)


@pytest.mark.parametrize(
    "changed",
    [{"aud": "other"}, {"iss": "hanse-users"}, {"exp": 1}, {"nbf": 32503680000}],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_token_for_something_else_is_refused(
    router: Router, tokens: RouterTokens, changed: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.caller(router.headers("boxes", "u1", **changed)["authorization"])


async def test_a_token_without_expiry_is_refused(router: Router, tokens: RouterTokens) -> None:
    token = router.sign({"iss": "hanse-router", "aud": "boxes"})
    with pytest.raises(Unauthenticated):
        await tokens.caller(f"Bearer {token}")


async def test_forged_tokens_are_refused(router: Router, tokens: RouterTokens) -> None:
    genuine = router.headers("boxes", "u1")["authorization"].removeprefix("Bearer ")
    key_id = jwt.get_unverified_header(genuine)["kid"]
    claims = {"iss": "hanse-router", "aud": "boxes", "exp": int(time.time()) + 60, "sub": "u1"}
    public = jwt.utils.base64url_decode(router.public_key)
    forged = [
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": key_id}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": key_id}),
        jwt.encode(claims, public, algorithm="HS256", headers={"kid": key_id}),
        genuine[:-4] + ("AAAA" if genuine[-4:] != "AAAA" else "BBBB"),
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            await tokens.caller(f"Bearer {token}")


async def test_a_known_token_expires_all_the_same(router: Router, tokens: RouterTokens) -> None:
    header = router.headers("boxes", "u1", exp=int(time.time()) + 1)["authorization"]
    await tokens.caller(header)
    while True:
        try:
            await tokens.caller(header)
        except Unauthenticated:
            break


async def test_expired_tokens_leave_the_cache(router: Router, tokens: RouterTokens) -> None:
    """They stayed until there were 10,000 of them."""
    soon = int(time.time()) + 1
    for number in range(5):
        await tokens.caller(router.headers("boxes", f"u{number}", exp=soon)["authorization"])
    assert tokens.cached == 5
    await asyncio.sleep(soon - time.time())  # the clock is what is tested
    await tokens.caller(router.headers("boxes", "u1")["authorization"])
    assert tokens.cached == 1


async def test_keys_published_later_are_found(tmp_path: Path) -> None:
    """Until then nobody can say that a token is wrong: a client must not take it that they are signed out."""
    url = (tmp_path / "keys" / "router-jwks.json").as_uri()
    tokens = RouterTokens(open_keys(url), issuer="hanse-router", audience="boxes")
    with pytest.raises(Unavailable):
        await tokens.caller(Router(tmp_path / "other").headers("boxes")["authorization"])
    router = Router(tmp_path)
    async with asyncio.timeout(5):
        while True:  # a source that failed is retried after a delay
            with suppress(Unavailable):
                await tokens.caller(router.headers("boxes")["authorization"])
                break
            await asyncio.sleep(0.01)


async def test_keys_that_are_away_refuse_nobody_whom_they_knew(router: Router, tmp_path: Path) -> None:
    tokens = RouterTokens(open_keys(router.jwks_url), issuer="hanse-router", audience="boxes")
    await tokens.caller(router.headers("boxes", "u1")["authorization"])
    router.public_file.unlink()
    await tokens.caller(router.headers("boxes", "u2")["authorization"])


def test_keys_need_a_url() -> None:
    with pytest.raises(SettingsError, match="file://"):
        open_keys("/etc/keys.json")


def test_what_principals_may() -> None:
    user, reader = Principal("u", frozenset({"user"}), frozenset({"x"})), Principal("r", scopes=frozenset({"read"}))
    admin = Principal("a", frozenset({"admin"}))
    allowed = [person.owns_or_has("read", "u") for person in (user, reader, admin, ANONYMOUS)]
    assert allowed == [True, True, False, False], "a role authorizes nothing"
    assert not user.owns_or_has("read", "a")
    assert user.require_scope("x") == "u"
    refused: dict[Callable[[], object], type[Exception]] = {
        ANONYMOUS.require_user: Unauthenticated,
        lambda: ANONYMOUS.require_scope("x"): Unauthenticated,
        lambda: admin.require_scope("x"): Forbidden,
    }
    for ask, refusal in refused.items():
        with pytest.raises(refusal):
            ask()
