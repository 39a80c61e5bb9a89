"""What admins do with the accounts of others."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import col

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.models import User
from tests.subgraphs.harness import Person, Router, events_of, somebody
from tests.subgraphs.users.test_accounts import register
from tests.subgraphs.users.test_sign_in import LOGIN, REFRESH, claims, login

SET_ROLE = "mutation ($id: ID!) { setRole(id: $id, role: ADMIN) { role } }"
DEACTIVATE = "mutation ($id: ID!) { deactivateUser(id: $id) { state } }"
REACTIVATE = "mutation ($id: ID!) { reactivateUser(id: $id) { state } }"
DELETE = "mutation ($id: ID!) { deleteUser(id: $id) }"
VERBS = [SET_ROLE, DEACTIVATE, REACTIVATE, DELETE]


@pytest.mark.parametrize("verb", VERBS)
async def test_they_are_for_admins(verb: str, anyone: Person, users: SubgraphApp, router: Router) -> None:
    user_id = await register(anyone)
    assert (await anyone(verb, id=user_id)).codes == ["UNAUTHENTICATED"]
    assert (await somebody(users, router, user_id, "profile:write")(verb, id=user_id)).codes == ["FORBIDDEN"]


@pytest.mark.parametrize("verb", VERBS)
async def test_an_unknown_user_is_not_found(verb: str, admin: Person) -> None:
    assert (await admin(verb, id=new_id())).codes == ["NOT_FOUND"]
    assert (await admin(verb, id="no uuid")).codes == ["NOT_FOUND"]


async def test_a_role_gives_its_scopes_at_the_next_sign_in(anyone: Person, admin: Person, users: SubgraphApp) -> None:
    user_id = await register(anyone)
    old = (await login(anyone))["refreshToken"]
    assert await admin.get(SET_ROLE, id=user_id) == {"setRole": {"role": "ADMIN"}}
    assert (await anyone(REFRESH, token=old)).codes == ["UNAUTHENTICATED"]
    message = claims(users, (await login(anyone))["accessToken"])
    assert message["roles"] == ["user", "admin"]
    assert "users:write" in message["scope"].split()
    (event,) = await events_of(users, "user.role_changed", count=1)
    assert (event.subject, event.actor, event.data["role"]) == (user_id, admin.user_id, "admin")


async def test_a_deactivated_user_cannot_sign_in_until_reactivated(anyone: Person, admin: Person) -> None:
    user_id = await register(anyone)
    token = (await login(anyone))["refreshToken"]
    assert await admin.get(DEACTIVATE, id=user_id) == {"deactivateUser": {"state": "DEACTIVATED"}}
    assert (await anyone(REFRESH, token=token)).codes == ["UNAUTHENTICATED"]
    assert (await anyone(LOGIN, login="ann", password="seven seas")).codes == ["UNAUTHENTICATED"]
    assert await admin.get(REACTIVATE, id=user_id) == {"reactivateUser": {"state": "ACTIVE"}}
    await login(anyone)


async def test_admins_cannot_lock_themselves_out(admin: Person) -> None:
    for verb in (SET_ROLE, DEACTIVATE):
        assert (await admin(verb, id=admin.user_id)).fields == [("id", "ONESELF")]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("changed", [{"role": "user"}, {"state": "deactivated"}, {"state": "deleted"}])
async def test_a_token_that_outlives_the_right_does_nothing(
    verb: str, changed: dict[str, str], anyone: Person, admin: Person, users: SubgraphApp
) -> None:
    user_id = await register(anyone)
    async with users.database.writing() as session:
        await session.execute(update(User).where(col(User.id) == admin.user_id).values(**changed))
    assert (await admin(verb, id=user_id)).codes == ["FORBIDDEN"]


@pytest.mark.parametrize("verb", VERBS)
async def test_a_token_of_an_ended_session_does_nothing(
    verb: str, anyone: Person, admin: Person, users: SubgraphApp, router: Router
) -> None:
    user_id = await register(anyone)
    payload = (await anyone.get(LOGIN, login="root", password="seven wide seas"))["login"]
    sid = claims(users, payload["accessToken"])["sid"]
    await Person(users, router, admin.user_id, {"sid": sid}).get("mutation { logout }")
    late = Person(users, router, admin.user_id, {**admin.claims, "sid": sid})
    assert (await late(verb, id=user_id)).codes == ["FORBIDDEN"]


async def test_a_deleted_user_is_gone(anyone: Person, admin: Person) -> None:
    user_id = await register(anyone)
    assert await admin.get(DELETE, id=user_id) == {"deleteUser": True}
    assert (await anyone(LOGIN, login="ann", password="seven seas")).codes == ["UNAUTHENTICATED"]
    assert (await admin(DELETE, id=user_id)).codes == ["NOT_FOUND"]
