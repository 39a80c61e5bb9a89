"""Signing in and out: tokens, rotation, races, locks."""

from __future__ import annotations

import asyncio
import stat
import time
from pathlib import Path
from typing import Any

import bcrypt
import jwt
import orjson
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from sqlmodel import col

from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.keys import SigningKeys
from subgraphs.users.models import Session, User
from tests.subgraphs.harness import Person, Router, events_of, somebody
from tests.subgraphs.users.test_accounts import register

LOGIN = """
mutation ($login: String!, $password: String!) {
  login(login: $login, password: $password) { accessToken refreshToken user { id email } }
}
"""
REFRESH = "mutation ($token: String!) { refreshToken(refreshToken: $token) { accessToken refreshToken } }"


async def login(person: Person, name: str = "ann") -> dict[str, Any]:
    """The payload of a sign-in."""
    payload: dict[str, Any] = (await person.get(LOGIN, login=name, password="seven seas"))["login"]
    return payload


async def living_sessions(app: SubgraphApp) -> int:
    """How many sessions are alive."""
    async with app.database.reading() as session:
        alive = select(func.count()).select_from(Session).where(col(Session.revoked_at).is_(None))
        return int(await session.scalar(alive) or 0)


def claims(app: SubgraphApp, token: str) -> dict[str, Any]:
    """What a token says, verified by the published keys."""
    folder = Path(app.settings.data_dir)
    keys = jwt.PyJWKSet.from_json((folder / "keys" / "users-jwks.json").read_text())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    decoded: dict[str, Any] = jwt.decode(token, key, algorithms=["EdDSA"], audience="hanse", issuer="hanse-users")
    return decoded


@pytest.mark.parametrize("name", ["ann", "ANN", " Ann@hanse.example ", "ANN@HANSE.EXAMPLE"])
async def test_login_by_username_or_email(anyone: Person, name: str) -> None:
    user_id = await register(anyone)
    assert (await login(anyone, name))["user"]["id"] == user_id


async def test_the_access_token_says_who_and_what(anyone: Person, users: SubgraphApp) -> None:
    user_id = await register(anyone)
    message = claims(users, (await login(anyone))["accessToken"])
    assert (message["sub"], message["roles"]) == (user_id, ["user"])
    assert "catalog:write" in message["scope"].split()
    assert "users:read" not in message["scope"].split()
    assert 890 <= message["exp"] - time.time() <= 900


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong seas"), ("nobody", "seven seas"), ("", "")])
async def test_wrong_credentials_say_nothing_more(anyone: Person, name: str, password: str) -> None:
    await register(anyone)
    answer = await anyone(LOGIN, login=name, password=password)
    assert (answer.codes, answer.data) == (["UNAUTHENTICATED"], None)
    assert answer.errors[0]["message"] == "The login or the password is wrong."


async def test_a_refresh_token_is_good_once(anyone: Person) -> None:
    await register(anyone)
    first = (await login(anyone))["refreshToken"]
    second = (await anyone.get(REFRESH, token=first))["refreshToken"]["refreshToken"]
    assert second != first
    third = (await anyone.get(REFRESH, token=second))["refreshToken"]["refreshToken"]
    assert (await anyone(REFRESH, token=first)).codes == ["UNAUTHENTICATED"], "used before"
    assert (await anyone(REFRESH, token=third)).codes == ["UNAUTHENTICATED"], "its whole family has ended"


async def test_reuse_ends_that_session_and_no_other(anyone: Person, users: SubgraphApp) -> None:
    await register(anyone)
    token, other = (await login(anyone))["refreshToken"], (await login(anyone))["refreshToken"]
    await anyone.get(REFRESH, token=token)
    before = await living_sessions(users)
    await anyone(REFRESH, token=token)
    assert await living_sessions(users) == before - 1
    await anyone.get(REFRESH, token=other)
    assert [event.data["reason"] for event in await events_of(users, "user.signed_out", count=1)] == ["TOKEN_REUSED"]


async def test_twenty_refreshes_at_once_leave_no_two_families(
    anyone: Person,
    users: SubgraphApp,
) -> None:
    await register(anyone)
    async with users.database.writing() as session:
        await session.execute(update(Session).values(revoked_at=func.now()))
    token = (await login(anyone))["refreshToken"]
    answers = await asyncio.gather(*(anyone(REFRESH, token=token) for _ in range(20)))
    assert sum(not answer.errors for answer in answers) == 1
    assert {code for answer in answers for code in answer.codes} == {"UNAUTHENTICATED"}
    assert await living_sessions(users) == 0, "a copied token was seen, so the family has ended"


async def test_an_unknown_refresh_token_is_refused(anyone: Person) -> None:
    assert (await anyone(REFRESH, token="made up")).codes == ["UNAUTHENTICATED"]


async def test_an_expired_session_is_refused(anyone: Person, users: SubgraphApp) -> None:
    await register(anyone)
    token = (await login(anyone))["refreshToken"]
    async with users.database.writing() as session:
        await session.execute(update(Session).values(expires_at=Session.created_at))
    assert (await anyone(REFRESH, token=token)).codes == ["UNAUTHENTICATED"]


async def test_logout_ends_the_session(anyone: Person, users: SubgraphApp, router: Router) -> None:
    await register(anyone)
    payload = await login(anyone)
    message = claims(users, payload["accessToken"])
    me = Person(users, router, message["sub"], {"sid": message["sid"]})
    assert await me.get("mutation { logout }") == {"logout": True}
    assert await me.get("mutation { logout }") == {"logout": False}, "it had ended already"
    assert (await anyone(REFRESH, token=payload["refreshToken"])).codes == ["UNAUTHENTICATED"]
    assert (await anyone("mutation { logout }")).codes == ["UNAUTHENTICATED"]


async def test_nobody_ends_another_users_session(anyone: Person, users: SubgraphApp, router: Router) -> None:
    await register(anyone)
    payload = await login(anyone)
    message = claims(users, payload["accessToken"])
    stranger = Person(users, router, "01890000-0000-7000-8000-000000000000", {"sid": message["sid"]})
    assert await stranger.get("mutation { logout }") == {"logout": False}
    await anyone.get(REFRESH, token=payload["refreshToken"])


async def test_logout_everywhere_ends_all_sessions(anyone: Person, users: SubgraphApp, router: Router) -> None:
    user_id = await register(anyone)
    await login(anyone)
    me = somebody(users, router, user_id)
    assert await me.get("mutation { logoutEverywhere }") == {"logoutEverywhere": 2}
    assert await living_sessions(users) == 0


async def test_imported_hashes_are_upgraded_at_the_next_login(anyone: Person, users: SubgraphApp) -> None:
    await register(anyone)
    for old in (bcrypt.hashpw(b"seven seas", bcrypt.gensalt(4)).decode(), PasswordHasher(2, 16, 1).hash("seven seas")):
        async with users.database.writing() as session:
            await session.execute(update(User).values(password_hash=old))
        assert (await anyone(LOGIN, login="ann", password="wrong")).codes == ["UNAUTHENTICATED"]
        await login(anyone)
        async with users.database.reading() as session:
            now = await session.scalar(select(col(User.password_hash)))
        assert now is not None
        assert now.startswith("$argon2id$v=19$m=8,t=1,p=1")
        await login(anyone)


def test_private_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "users-signing.json"
    SigningKeys(path).open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b'"d"' not in SigningKeys(path).public_file.read_bytes()


def test_keys_are_kept_and_rotate_with_two_living_at_once(tmp_path: Path) -> None:
    path = tmp_path / "users-signing.json"
    keys = SigningKeys(path)
    keys.open()
    old = keys.sign({"sub": "somebody"})
    again = SigningKeys(path)
    again.open()
    assert again.public_json() == keys.public_json()
    again.rotate()
    published = jwt.PyJWKSet.from_json(again.public_json().decode())
    assert len(published.keys) == 2
    for token in (old, again.sign({"sub": "somebody"})):
        key = published[jwt.get_unverified_header(token)["kid"]]
        assert jwt.decode(token, key, algorithms=["EdDSA"])["sub"] == "somebody"
    again.rotate()
    assert len(orjson.loads(again.public_json())["keys"]) == 2
