"""The router's own tokens, and the headers that subgraphs get."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import jwt
import orjson
import pytest

from hanse_router.guards.headers import SubgraphHeaders
from hanse_router.identity.subgraph_tokens import RouterKey, SubgraphTokens
from hanse_router.request import Principal, RequestContext
from hanse_router.settings import HeaderSettings
from hanse_router.settings_identity import IdentitySettings
from hanse_wire.settings import SettingsError

PRINCIPAL = Principal("u1", roles=("admin",), scopes=frozenset({"a"}), scope="a", session_id="s1", authenticated=True)
CONTEXT = RequestContext(PRINCIPAL, "10.0.0.9", {"user-agent": "test", "x-trace": "7", "cookie": "secret"})


def headers_of(tokens: SubgraphTokens, subgraph: str, context: RequestContext) -> Mapping[str, str]:
    return tokens.headers(subgraph, context, tokens.of_caller(context))


def decoded(key: RouterKey, header: str, audience: str) -> dict[str, object]:
    public = jwt.PyJWK(orjson.loads(key.public_jwks)["keys"][0])
    claims: dict[str, object] = jwt.decode(
        header.removeprefix("Bearer "), public, algorithms=["EdDSA"], audience=audience, issuer="hanse-router"
    )
    return claims


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "key.json"
    key = RouterKey.open(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert RouterKey.open(file).key_id == key.key_id
    published = (tmp_path / "deep" / "router-jwks.json").read_bytes()
    assert published == key.public_jwks
    assert b'"d"' not in published


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"d": "AA", "kid": "x"}'])
def test_a_file_that_holds_no_key(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="holds no key"):
        RouterKey.open(file)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"identity\.key_file"):
        RouterKey.open(tmp_path / "file" / "key.json")


def test_a_token_says_who_calls_from_where_and_is_for_one_subgraph(tmp_path: Path) -> None:
    key = RouterKey.open(tmp_path / "key.json")
    tokens = SubgraphTokens(key, IdentitySettings(token_seconds=60))
    header = headers_of(tokens, "users", CONTEXT)["authorization"]
    claims = decoded(key, header, "users")
    assert claims["exp"] - claims["iat"] == 60  # type: ignore[operator]
    assert {name: claims[name] for name in claims if name not in ("exp", "iat")} == {
        "iss": "hanse-router",
        "aud": "users",
        "sub": "u1",
        "sid": "s1",
        "roles": ["admin"],
        "scope": "a",
        "client_ip": "10.0.0.9",
        "user_agent": "test",
    }
    with pytest.raises(jwt.InvalidAudienceError):
        decoded(key, header, "catalog")


def test_the_anonymous_have_no_subject(tmp_path: Path) -> None:
    key = RouterKey.open(tmp_path / "key.json")
    claims = decoded(
        key, headers_of(SubgraphTokens(key, IdentitySettings()), "a", RequestContext())["authorization"], "a"
    )
    assert "sub" not in claims
    assert claims["roles"] == []


def test_tokens_are_shared_by_the_same_caller_only(tmp_path: Path) -> None:
    tokens = SubgraphTokens(RouterKey.open(tmp_path / "key.json"), IdentitySettings())
    first = headers_of(tokens, "users", CONTEXT)
    assert headers_of(tokens, "users", CONTEXT) is first
    others = [
        headers_of(tokens, "catalog", CONTEXT),
        headers_of(tokens, "users", RequestContext(Principal("u2", authenticated=True), "10.0.0.9")),
        headers_of(tokens, "users", RequestContext(PRINCIPAL, "10.0.0.8", CONTEXT.headers)),
        headers_of(tokens, "users", RequestContext(PRINCIPAL, "10.0.0.9", {"user-agent": "other"})),
        headers_of(tokens, "users", RequestContext(Principal("u1", roles=("user",), authenticated=True), "10.0.0.9")),
    ]
    assert len({header["authorization"] for header in [first, *others]}) == 6


def test_a_token_is_renewed_at_half_of_its_life(tmp_path: Path) -> None:
    now = 1_000_000.0
    key = RouterKey.open(tmp_path / "key.json")
    tokens = SubgraphTokens(key, IdentitySettings(token_seconds=60), clock=lambda: now)
    first = headers_of(tokens, "users", CONTEXT)
    now += 29
    assert headers_of(tokens, "users", CONTEXT) is first
    now += 2
    renewed = headers_of(tokens, "users", CONTEXT)["authorization"]
    assert renewed != first["authorization"]
    claims = jwt.decode(renewed.removeprefix("Bearer "), options={"verify_signature": False})
    assert claims["exp"] == 1_000_000 + 31 + 60


def test_tokens_that_are_not_used_again_leave_the_cache(tmp_path: Path) -> None:
    """They stayed until there were those of 20,000 callers."""
    now = 1_000_000.0
    tokens = SubgraphTokens(RouterKey.open(tmp_path / "key.json"), IdentitySettings(), clock=lambda: now)
    for number in range(5):
        headers_of(tokens, "users", RequestContext(client_ip=f"10.0.0.{number}"))
    now += 31
    kept = RequestContext(client_ip="10.0.0.3")
    header = headers_of(tokens, "users", kept)
    headers_of(tokens, "users", RequestContext(client_ip="10.0.0.9"))
    assert tokens.cached == 2
    assert headers_of(tokens, "users", kept) is header


def test_only_named_headers_are_carried(tmp_path: Path) -> None:
    tokens = SubgraphTokens(RouterKey.open(tmp_path / "key.json"), IdentitySettings())
    settings = HeaderSettings.model_validate(
        {"propagate": ["X-Trace", "x-none"], "subgraphs": {"users": {"insert": {"X-Fixed": "1"}}}}
    )
    headers = SubgraphHeaders(settings, tokens, ["users", "catalog"])
    assert set(headers.bound(CONTEXT)("users")) == {"authorization", "x-trace", "x-fixed"}
    assert set(headers.bound(CONTEXT)("catalog")) == {"authorization", "x-trace"}


def test_headers_that_cannot_be_carried(tmp_path: Path) -> None:
    tokens = SubgraphTokens(RouterKey.open(tmp_path / "key.json"), IdentitySettings())
    with pytest.raises(SettingsError):
        SubgraphHeaders(HeaderSettings(propagate=("Host",)), tokens, ["a"])
    with pytest.raises(SettingsError):
        SubgraphHeaders(HeaderSettings(propagate=("authorization",)), tokens, ["a"])
    own = SubgraphHeaders(HeaderSettings(propagate=("authorization",)), None, ["a"])
    context = RequestContext(headers={"authorization": "Bearer x"})
    assert own.bound(context)("a") == {"authorization": "Bearer x"}
