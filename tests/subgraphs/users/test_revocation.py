"""The event that names access tokens which are revoked before they expire."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hanse_subgraph.http import http_app
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users import repository
from subgraphs.users.service.revocation import MAX_SESSIONS, Revocations
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.harness import Person, Router, events_of, somebody
from tests.subgraphs.users.test_accounts import register
from tests.subgraphs.users.test_sign_in import REFRESH, claims, login

EXCHANGE = "mutation ($secret: String!) { exchangeApiKey(secret: $secret) { accessToken } }"
LIST = "/.well-known/revocations.json"
CREATE_KEY = """
mutation { createApiKey(name: "till", scopes: ["profile:write"]) { secret apiKey { id } } }
"""
REVOKE_KEY = "mutation ($id: ID!) { revokeApiKey(id: $id) { id } }"
CHANGE_PASSWORD = """
mutation { changePassword(currentPassword: "seven seas", newPassword: "eight wide seas") { id } }
"""


def is_revoked(token: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether an event revokes a token with these claims, as the event's description says."""
    names_session = event["sessionId"] in (None, token["sid"])
    return bool(
        token["sub"] == event["id"]
        and names_session
        and token["iat"] <= datetime.fromisoformat(event["revokedAt"]).timestamp()
        and token["exp"] <= datetime.fromisoformat(event["expiresAt"]).timestamp()
    )


async def revocations(users: SubgraphApp, count: int) -> list[dict[str, Any]]:
    """The data of the first revocations."""
    return [event.data for event in await events_of(users, "user.access_revoked", count=count)]


@pytest.mark.parametrize(
    "act",
    [
        "mutation ($id: ID!) { setRole(id: $id, role: ADMIN) { id } }",
        "mutation ($id: ID!) { deactivateUser(id: $id) { id } }",
        "mutation ($id: ID!) { deleteUser(id: $id) }",
        "mutation { logoutEverywhere }",
    ],
)
async def test_every_earlier_token_is_revoked_and_no_later_one(
    act: str, anyone: Person, admin: Person, users: SubgraphApp, router: Router
) -> None:
    user_id, other_id = (
        await register(anyone),
        await register(anyone, username="bea", email="bea@hanse.example", phone=None),
    )
    key = (await somebody(users, router, user_id, "profile:write").get(CREATE_KEY))["createApiKey"]
    tokens = [
        (await login(anyone))["accessToken"],
        (await anyone.get(EXCHANGE, secret=key["secret"]))["exchangeApiKey"]["accessToken"],
    ]
    await (admin.get(act, id=user_id) if "$id" in act else somebody(users, router, user_id).get(act))
    events = await revocations(users, 1)
    everything = next(event for event in events if event["sessionId"] is None)
    assert [is_revoked(claims(users, token), everything) for token in tokens] == [True, True]
    later = (await login(anyone, "bea"))["accessToken"]
    assert not any(is_revoked(claims(users, later) | {"sub": user_id}, event) for event in events)
    assert not any(is_revoked(claims(users, tokens[0]) | {"sub": other_id}, event) for event in events)


async def test_logout_revokes_the_tokens_of_its_session(anyone: Person, users: SubgraphApp, router: Router) -> None:
    user_id = await register(anyone)
    token, other = [claims(users, (await login(anyone))["accessToken"]) for _ in range(2)]
    await Person(users, router, user_id, {"sid": token["sid"]}).get("mutation { logout }")
    (event,) = await revocations(users, 1)
    assert (is_revoked(token, event), is_revoked(other, event)) == (True, False)


async def test_a_refresh_token_used_twice_revokes_its_session(anyone: Person, users: SubgraphApp) -> None:
    await register(anyone)
    payload = await login(anyone)
    await anyone.get(REFRESH, token=payload["refreshToken"])
    await anyone(REFRESH, token=payload["refreshToken"])
    (event,) = await revocations(users, 1)
    assert is_revoked(claims(users, payload["accessToken"]), event)


async def test_a_new_password_revokes_the_tokens_of_other_sessions(
    anyone: Person, users: SubgraphApp, router: Router
) -> None:
    user_id = await register(anyone)
    token, other = [claims(users, (await login(anyone))["accessToken"]) for _ in range(2)]
    me = Person(users, router, user_id, {"sid": token["sid"], "scope": "profile:write"})
    await me.get(CHANGE_PASSWORD)
    events = await revocations(users, 2)  # of the registration's session too
    assert (any(is_revoked(token, event) for event in events), any(is_revoked(other, event) for event in events)) == (
        False,
        True,
    )


async def test_a_revoked_api_key_revokes_its_tokens(anyone: Person, users: SubgraphApp, router: Router) -> None:
    me = somebody(users, router, await register(anyone), "profile:write")
    key = (await me.get(CREATE_KEY))["createApiKey"]
    token = (await anyone.get(EXCHANGE, secret=key["secret"]))["exchangeApiKey"]["accessToken"]
    await me.get(REVOKE_KEY, id=key["apiKey"]["id"])
    (event,) = await revocations(users, 1)
    assert is_revoked(claims(users, token), event)


async def test_routers_read_the_list_of_revocations_in_force(
    anyone: Person, users: SubgraphApp, router: Router
) -> None:
    user_id = await register(anyone)
    token = claims(users, (await login(anyone))["accessToken"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http_app(users)), base_url="http://users") as http:
        empty = await http.get(LIST)
        assert (empty.status_code, empty.json()) == (200, {"revoked": []})
        await Person(users, router, user_id, {"sid": token["sid"]}).get("mutation { logout }")
        one = await http.get(LIST, headers={"if-none-match": empty.headers["etag"]})
        (entry,) = one.json()["revoked"]
        assert (entry["sub"], entry["sid"]) == (user_id, token["sid"])
        assert token["iat"] <= entry["revokedAt"] <= time.time()
        assert entry["expiresAt"] > token["exp"] + 60, "verifiers tolerate a difference of clocks"
        unchanged = await http.get(LIST, headers={"if-none-match": one.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_the_list_is_bounded_by_user_and_forgets(users: SubgraphApp) -> None:
    clock = Clock()
    revocations = Revocations(UsersSettings(), clock=clock)
    many = [new_id() for _ in range(MAX_SESSIONS + 1)]
    async with users.database.writing() as session:
        await revocations.revoke_sessions(session, (user := new_id()), many)
        await revocations.revoke_sessions(session, (other := new_id()), many[:2])
    listed = json.loads(await revocations.document(users.database))["revoked"]
    assert [(one["sub"], one.get("sid")) for one in listed] == [
        (user, None),
        (other, many[0]),
        (other, many[1]),
    ]
    clock.now += timedelta(hours=1)
    assert json.loads(await revocations.document(users.database)) == {"revoked": []}
    async with users.database.writing() as session:
        await revocations.revoke_all(session, user)
        assert len(await repository.access_revocations(session, datetime.fromtimestamp(0, UTC))) == 1


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now
