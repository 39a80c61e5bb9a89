"""The caller's own account: profile, password, mailed links, sessions, API keys, deletion."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from hanse_subgraph.clock import utc_now
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.models import MailedLink, Session, User
from tests.subgraphs.harness import Person, Router, events_of, somebody
from tests.subgraphs.users.test_accounts import register
from tests.subgraphs.users.test_revocation import is_revoked
from tests.subgraphs.users.test_sign_in import LOGIN, REFRESH, claims, living_sessions, login

UPDATE = """
mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) { username email emailVerified firstName lastName phone }
}
"""
CHANGE = """
mutation ($old: String!, $new: String!) { changePassword(currentPassword: $old, newPassword: $new) { id } }
"""
RESET = "mutation ($token: String!, $new: String!) { resetPassword(token: $token, newPassword: $new) }"
ASK_RESET = "mutation ($email: String!) { requestPasswordReset(email: $email) }"
VERIFY = "mutation ($token: String!) { verifyEmail(token: $token) { id emailVerified } }"
CREATE_KEY = """
mutation ($name: String!, $scopes: [String!]!, $until: DateTime) {
  createApiKey(name: $name, scopes: $scopes, expiresAt: $until) { secret apiKey { id name scopes expiresAt usedAt } }
}
"""
EXCHANGE = "mutation ($secret: String!) { exchangeApiKey(secret: $secret) { accessToken expiresIn } }"
REVOKE = "mutation ($id: ID!) { revokeApiKey(id: $id) { id } }"


@pytest.fixture
async def me(anyone: Person, users: SubgraphApp, router: Router) -> Person:
    """Ann, signed in, with her sessions' ids in her claims."""
    user_id = await register(anyone)
    message = claims(users, (await login(anyone))["accessToken"])
    return Person(users, router, user_id, {"scope": message["scope"], "sid": message["sid"], "roles": message["roles"]})


async def mailed(users: SubgraphApp, kind: str, count: int = 1) -> str:
    """The token of the latest link that was mailed."""
    return str((await events_of(users, kind, count=count))[-1].data["token"])


async def test_a_profile_changes_field_by_field(me: Person, users: SubgraphApp) -> None:
    changed = (await me.get(UPDATE, input={"firstName": "Anna", "phone": ""}))["updateProfile"]
    assert changed == {
        "username": "Ann",
        "email": "Ann@hanse.example",
        "emailVerified": False,
        "firstName": "Anna",
        "lastName": "Anchor",
        "phone": None,
    }
    (event,) = await events_of(users, "user.updated", count=1)
    assert (event.data["changed"], event.actor) == (["first_name", "phone"], me.user_id)


async def test_a_profile_keeps_the_rules(me: Person, anyone: Person) -> None:
    await register(anyone, username="bob", email="bob@hanse.example", phone=None)
    assert (await me(UPDATE, input={"username": "BOB", "email": "bob@hanse.example"})).fields == [
        ("email", "TAKEN"),
        ("username", "TAKEN"),
    ]
    assert (await me(UPDATE, input={"phone": "123"})).fields == [("phone", "INVALID")]
    assert (await me.get(UPDATE, input={"username": "ANN"}))["updateProfile"]["username"] == "ANN", "one's own"
    assert (await anyone(UPDATE, input={"username": "x"})).codes == ["UNAUTHENTICATED"]


async def test_an_address_is_verified_by_the_mailed_link_once(me: Person, anyone: Person, users: SubgraphApp) -> None:
    token = await mailed(users, "user.email_verification_requested")
    assert (await anyone.get(VERIFY, token=token))["verifyEmail"] == {"id": me.user_id, "emailVerified": True}
    assert (await anyone(VERIFY, token=token)).fields == [("token", "VOID")]
    assert await me.get("mutation { requestEmailVerification }") == {"requestEmailVerification": False}


async def addresses(person: Person) -> tuple[str, bool, str | None]:
    """A user's address in force, whether it is verified, and the new one."""
    user = (await person.get("{ me { email emailVerified pendingEmail } }"))["me"]
    return user["email"], user["emailVerified"], user["pendingEmail"]


async def verify(person: Person, users: SubgraphApp, count: int = 1) -> None:
    """Use the latest link that was mailed."""
    await person.get(VERIFY, token=await mailed(users, "user.email_verification_requested", count))


async def test_a_new_address_replaces_the_old_one_when_it_is_verified(
    me: Person, anyone: Person, users: SubgraphApp
) -> None:
    await verify(anyone, users)
    await me.get(UPDATE, input={"email": "new@hanse.example"})
    assert await addresses(me) == ("Ann@hanse.example", True, "new@hanse.example")
    await anyone.get(LOGIN, login="ann@hanse.example", password="seven seas")
    (told,) = await events_of(users, "user.email_change_requested", count=1)
    assert told.data["email"] == "Ann@hanse.example", "the address in force is told"
    await anyone.get(ASK_RESET, email="ann@hanse.example")
    reset = await mailed(users, "user.password_reset_requested")
    await verify(anyone, users, 2)
    assert await addresses(me) == ("new@hanse.example", True, None)
    assert (await anyone(RESET, token=reset, new="nine winds blow")).fields == [("token", "VOID")]
    assert (await events_of(users, "user.updated", count=2))[-1].data["changed"] == ["email"]
    await anyone.get(LOGIN, login="new@hanse.example", password="seven seas")


async def test_a_change_of_address_is_cancelled_with_the_old_one(
    me: Person, anyone: Person, users: SubgraphApp
) -> None:
    await me.get(UPDATE, input={"email": "new@hanse.example"})
    await me.get(UPDATE, input={"email": "ann@hanse.example"})
    assert await addresses(me) == ("Ann@hanse.example", False, None)
    token = await mailed(users, "user.email_verification_requested", 2)
    assert (await anyone(VERIFY, token=token)).fields == [("token", "VOID")]


async def test_of_two_who_verify_one_new_address_one_has_it(
    me: Person, anyone: Person, users: SubgraphApp, router: Router
) -> None:
    bob = await register(anyone, username="bob", email="bob@hanse.example", phone=None)
    await me.get(UPDATE, input={"email": "new@hanse.example"})
    first = await mailed(users, "user.email_verification_requested", 3)
    message = claims(users, (await login(anyone, "bob"))["accessToken"])
    other = Person(users, router, bob, {"scope": "profile:write", "sid": message["sid"]})
    await other.get(UPDATE, input={"email": "NEW@hanse.example"})
    second = await mailed(users, "user.email_verification_requested", 4)
    await anyone.get(VERIFY, token=second)
    assert (await anyone(VERIFY, token=first)).fields == [("email", "TAKEN")]


async def test_a_new_address_needs_the_password_or_a_fresh_sign_in(
    me: Person, users: SubgraphApp, router: Router
) -> None:
    key = (await me.get(CREATE_KEY, name="till", scopes=["profile:write"]))["createApiKey"]["apiKey"]["id"]
    by_key = Person(users, router, me.user_id, {"scope": "profile:write", "sid": key})
    without_session = somebody(users, router, str(me.user_id), "profile:write")
    for caller in (by_key, without_session):
        refused = await caller(UPDATE, input={"email": "new@hanse.example"})
        assert refused.fields == [("currentPassword", "REQUIRED")]
        wrong = await caller(UPDATE, input={"email": "new@hanse.example", "currentPassword": "wrong"})
        assert wrong.fields == [("currentPassword", "WRONG_PASSWORD")]
    await by_key.get(UPDATE, input={"email": "first@hanse.example", "currentPassword": "seven seas"})
    await me.get(UPDATE, input={"email": "second@hanse.example"})
    async with users.database.writing() as session:
        await session.execute(update(Session).values(created_at=utc_now() - timedelta(minutes=11)))
    assert (await me(UPDATE, input={"email": "third@hanse.example"})).fields == [("currentPassword", "REQUIRED")]
    await me.get(UPDATE, input={"firstName": "Anna", "email": "ANN@hanse.example"})
    assert await addresses(me) == ("Ann@hanse.example", False, None)


async def test_one_mail_goes_to_an_address_until_it_is_verified(me: Person, users: SubgraphApp) -> None:
    requests = [(await me.get("mutation { requestEmailVerification }"))["requestEmailVerification"] for _ in range(2)]
    assert requests == [False] * 2, "one went out when she registered"
    async with users.database.writing() as session:
        await session.execute(update(MailedLink).values(created_at=utc_now() - timedelta(hours=24)))
    assert await me.get("mutation { requestEmailVerification }") == {"requestEmailVerification": True}


async def test_nobodys_mailbox_is_flooded(me: Person, users: SubgraphApp) -> None:
    for number in range(6):
        await me.get(UPDATE, input={"email": f"victim{number}@hanse.example"})
    sent = await events_of(users, "user.email_verification_requested", count=5)
    assert len(sent) == 5, "of an hour; one went out when she registered"


async def test_resets_go_to_verified_addresses_only(me: Person, anyone: Person, users: SubgraphApp) -> None:
    assert await anyone.get(ASK_RESET, email="ann@hanse.example") == {"requestPasswordReset": True}
    await verify(anyone, users)
    await me.get(UPDATE, input={"email": "new@hanse.example"})
    assert await anyone.get(ASK_RESET, email="new@hanse.example") == {"requestPasswordReset": True}
    await anyone.get(ASK_RESET, email="ann@hanse.example")
    (event,) = await events_of(users, "user.password_reset_requested", count=1)
    assert event.data["email"] == "Ann@hanse.example"


@pytest.mark.parametrize("how", ["change", "reset"])
async def test_a_new_password_revokes_api_keys(how: str, me: Person, anyone: Person, users: SubgraphApp) -> None:
    key = (await me.get(CREATE_KEY, name="till", scopes=["catalog:write"]))["createApiKey"]
    token = (await anyone.get(EXCHANGE, secret=key["secret"]))["exchangeApiKey"]["accessToken"]
    if how == "change":
        await me.get(CHANGE, old="seven seas", new="nine winds blow")
    else:
        await verify(anyone, users)
        await anyone.get(ASK_RESET, email="ann@hanse.example")
        await anyone.get(RESET, token=await mailed(users, "user.password_reset_requested"), new="nine winds blow")
    assert (await anyone(EXCHANGE, secret=key["secret"])).codes == ["UNAUTHENTICATED"]
    (event,) = await events_of(users, "api_key.revoked", count=1)
    assert event.subject == key["apiKey"]["id"]
    revoked = await events_of(users, "user.access_revoked", count=2)
    assert any(is_revoked(claims(users, token), event.data) for event in revoked)


async def test_a_password_is_changed_with_the_old_one(me: Person, anyone: Person, users: SubgraphApp) -> None:
    other = (await login(anyone))["refreshToken"]
    assert (await me(CHANGE, old="wrong", new="nine winds blow")).fields == [("currentPassword", "WRONG_PASSWORD")]
    assert (await me(CHANGE, old="seven seas", new="short")).fields == [("newPassword", "WEAK_PASSWORD")]
    await me.get(CHANGE, old="seven seas", new="nine winds blow")
    assert (await anyone(LOGIN, login="ann", password="seven seas")).codes == ["UNAUTHENTICATED"]
    await anyone.get(LOGIN, login="ann", password="nine winds blow")
    assert (await anyone(REFRESH, token=other)).codes == ["UNAUTHENTICATED"], "other sessions have ended"
    sessions = (await me.get("{ mySessions { current } }"))["mySessions"]
    assert sorted(item["current"] for item in sessions) == [False, True], "her own, and the new one"


async def test_a_forgotten_password_is_reset_by_mail_once(me: Person, anyone: Person, users: SubgraphApp) -> None:
    await verify(anyone, users)
    assert await anyone.get(ASK_RESET, email="ANN@hanse.example") == {"requestPasswordReset": True}
    token = await mailed(users, "user.password_reset_requested")
    assert (await anyone(RESET, token=token, new="short")).fields == [("newPassword", "WEAK_PASSWORD")]
    assert await anyone.get(RESET, token=token, new="nine winds blow") == {"resetPassword": True}
    assert (await anyone(RESET, token=token, new="ten more winds")).fields == [("token", "VOID")]
    assert await living_sessions(users) == 0
    await anyone.get(LOGIN, login="ann", password="nine winds blow")


async def test_of_two_who_use_one_link_one_succeeds(me: Person, anyone: Person, users: SubgraphApp) -> None:
    await verify(anyone, users)
    await anyone.get(ASK_RESET, email="ann@hanse.example")
    token = await mailed(users, "user.password_reset_requested")
    answers = await asyncio.gather(*(anyone(RESET, token=token, new=f"nine winds {n}") for n in range(8)))
    assert sum(not answer.errors for answer in answers) == 1


async def test_asking_does_not_tell_who_has_an_account(anyone: Person, users: SubgraphApp) -> None:
    assert await anyone.get(ASK_RESET, email="nobody@hanse.example") == {"requestPasswordReset": True}
    assert (await anyone(RESET, token="made up", new="nine winds blow")).fields == [("token", "VOID")]
    await asyncio.sleep(0.1)
    assert await events_of(users, "user.password_reset_requested", count=0) == []


async def test_links_expire(me: Person, anyone: Person, users: SubgraphApp) -> None:
    await verify(anyone, users)
    await anyone.get(ASK_RESET, email="ann@hanse.example")
    reset = await mailed(users, "user.password_reset_requested")
    await me.get(UPDATE, input={"email": "new@hanse.example"})
    verification = await mailed(users, "user.email_verification_requested", 2)
    async with users.database.writing() as session:
        await session.execute(update(MailedLink).values(expires_at=utc_now()))
    assert (await anyone(RESET, token=reset, new="nine winds blow")).fields == [("token", "VOID")]
    assert (await anyone(VERIFY, token=verification)).fields == [("token", "VOID")]
    assert (await anyone(VERIFY, token=reset)).fields == [("token", "VOID")], "each link is for its own purpose"


async def test_sessions_are_listed_for_their_owner(me: Person, users: SubgraphApp, router: Router) -> None:
    listed = (await me.get("{ mySessions { id current expiresAt } }"))["mySessions"]
    assert len(listed) == 2, "of registering, and of signing in"
    assert [item["id"] for item in listed if item["current"]] == [me.claims["sid"]]
    assert (await somebody(users, router, new_id()).get("{ mySessions { id } }"))["mySessions"] == []


async def test_a_key_is_shown_once_and_exchanged_for_tokens(me: Person, anyone: Person, users: SubgraphApp) -> None:
    made = (await me.get(CREATE_KEY, name="till", scopes=["catalog:write"]))["createApiKey"]
    assert made["secret"].startswith("hanse_")
    token = (await anyone.get(EXCHANGE, secret=made["secret"]))["exchangeApiKey"]["accessToken"]
    assert (claims(users, token)["sub"], claims(users, token)["scope"]) == (me.user_id, "catalog:write")
    (listed,) = (await me.get("{ myApiKeys { id name usedAt } }"))["myApiKeys"]
    assert (listed["id"], listed["name"], listed["usedAt"] is None) == (made["apiKey"]["id"], "till", False)
    await me.get(REVOKE, id=listed["id"])
    assert (await anyone(EXCHANGE, secret=made["secret"])).codes == ["UNAUTHENTICATED"]
    assert (await me.get("{ myApiKeys { id } }"))["myApiKeys"] == []
    assert (await me(REVOKE, id=listed["id"])).codes == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"scopes": ["users:write"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"name": " "}, "name"),
        ({"until": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"until": "2999-01-01T00:00:00Z"}, "expiresAt"),
    ],
)
async def test_a_key_may_do_no_more_than_its_maker(me: Person, given: dict[str, Any], wrong: str) -> None:
    answer = await me(CREATE_KEY, **{"name": "till", "scopes": ["catalog:write"], **given})
    assert (answer.codes, [name for name, _ in answer.fields]) == (["BAD_USER_INPUT"], [wrong])


async def test_keys_have_an_end_and_a_limit(me: Person, users: SubgraphApp, router: Router) -> None:
    made = (await me.get(CREATE_KEY, name="till", scopes=["profile:write"]))["createApiKey"]["apiKey"]
    assert timedelta(days=364) < datetime.fromisoformat(made["expiresAt"]) - utc_now() < timedelta(days=366)
    by_key = Person(users, router, me.user_id, {"scope": "profile:write", "sid": made["id"]})
    assert (await by_key(CREATE_KEY, name="more", scopes=["profile:write"])).codes == ["FORBIDDEN"]
    for _ in range(49):
        await me.get(CREATE_KEY, name="till", scopes=["catalog:write"])
    assert (await me(CREATE_KEY, name="till", scopes=["catalog:write"])).fields == [("name", "TOO_MANY")]


async def test_keys_expire_and_are_no_strangers_business(
    me: Person, anyone: Person, users: SubgraphApp, router: Router
) -> None:
    until = (utc_now() + timedelta(seconds=1)).isoformat()
    made = (await me.get(CREATE_KEY, name="till", scopes=["catalog:write"], until=until))["createApiKey"]
    stranger = somebody(users, router, new_id(), "profile:write")
    assert (await stranger(REVOKE, id=made["apiKey"]["id"])).codes == ["NOT_FOUND"]
    await asyncio.sleep(1.05)
    assert (await anyone(EXCHANGE, secret=made["secret"])).codes == ["UNAUTHENTICATED"]
    assert (await anyone(EXCHANGE, secret="hanse_made_up")).codes == ["UNAUTHENTICATED"]


async def test_leaving_removes_what_is_personal(me: Person, anyone: Person, users: SubgraphApp) -> None:
    leave = "mutation ($password: String!) { deleteMyAccount(password: $password) }"
    key = (await me.get(CREATE_KEY, name="till", scopes=["catalog:write"]))["createApiKey"]["secret"]
    assert (await me(leave, password="wrong")).fields == [("password", "WRONG_PASSWORD")]
    assert await me.get(leave, password="seven seas") == {"deleteMyAccount": True}
    assert await anyone.get("query ($id: ID!) { user(id: $id) { id } }", id=me.user_id) == {"user": None}
    assert (await anyone(LOGIN, login="ann", password="seven seas")).codes == ["UNAUTHENTICATED"]
    assert (await anyone(EXCHANGE, secret=key)).codes == ["UNAUTHENTICATED"]
    assert await living_sessions(users) == 0
    async with users.database.reading() as session:
        left = (await session.scalars(select(User))).one()
    assert "ann" not in " ".join(str(value) for value in vars(left).values()).lower()
    assert (left.id, left.phone, left.first_name, left.last_name) == (me.user_id, None, None, None)
    await events_of(users, "user.deleted", count=1)
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { displayName state email } } }"
    [kept] = (await anyone.get(query, r=[{"__typename": "User", "id": me.user_id}]))["_entities"]
    assert kept == {"displayName": "Deleted user", "state": "DELETED", "email": None}, "others still refer to them"
    assert await register(anyone) != me.user_id, "the names are free again"
