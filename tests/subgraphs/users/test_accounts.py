"""Having an account: register, look at it, and what is wrong with what was given."""

from __future__ import annotations

import pytest

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, Statements, an_admin, events_of, somebody

REGISTER = """
mutation ($input: RegisterInput!) {
  register(input: $input) {
    accessToken refreshToken tokenType expiresIn
    user { id username email phone firstName lastName displayName role state createdAt }
  }
}
"""
ANN = {
    "email": "Ann@Hanse.Example",
    "username": "Ann",
    "password": "seven seas",
    "firstName": "Ann",
    "lastName": "Anchor",
    "phone": "+49 (40) 1234-567",
}


async def register(anyone: Person, **changed: object) -> str:
    """A new user's id."""
    data = await anyone.get(REGISTER, input={**ANN, **changed})
    return str(data["register"]["user"]["id"])


async def test_a_new_user_has_an_account_and_is_signed_in(anyone: Person) -> None:
    answer = (await anyone.get(REGISTER, input=ANN))["register"]
    user = answer["user"]
    assert (user["username"], user["email"], user["phone"]) == ("Ann", "Ann@hanse.example", "+49401234567")
    assert (user["displayName"], user["role"], user["state"]) == ("Ann Anchor", "USER", "ACTIVE")
    assert user["createdAt"].endswith("+00:00")
    assert (answer["tokenType"], answer["expiresIn"]) == ("Bearer", 900)
    assert answer["accessToken"].count(".") == 2


async def test_registering_is_told_in_one_event(anyone: Person, users: SubgraphApp) -> None:
    user_id = await register(anyone)
    (event,) = await events_of(users, "user.registered", count=1)
    assert (event.subject, event.actor, event.source) == (user_id, user_id, "/users")
    assert event.data["username"] == "Ann"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"email": "nobody"}, ("email", "INVALID")),
        ({"email": "a@b@c.example"}, ("email", "INVALID")),
        ({"username": "a b"}, ("username", "INVALID")),
        ({"username": "an@hanse.example"}, ("username", "INVALID")),
        ({"username": "ab"}, ("username", "INVALID")),
        ({"phone": "0401234567"}, ("phone", "INVALID")),
        ({"password": "short"}, ("password", "WEAK_PASSWORD")),
        ({"password": "PASSWORD123"}, ("password", "WEAK_PASSWORD")),
        ({"password": "aaaaaaaaaaaa"}, ("password", "WEAK_PASSWORD")),
        ({"username": "captain", "password": "captain-of-1"}, ("password", "WEAK_PASSWORD")),
        ({"password": "x" * 100 + "abcdef" * 40}, ("password", "TOO_LONG")),
        ({"firstName": "x" * 101}, ("firstName", "TOO_LONG")),
    ],
)
async def test_what_is_wrong_is_named(anyone: Person, changed: dict[str, str], wrong: tuple[str, str]) -> None:
    answer = await anyone(REGISTER, input={**ANN, **changed})
    assert (answer.codes, answer.fields) == (["BAD_USER_INPUT"], [wrong])
    assert answer.data is None


async def test_all_that_is_wrong_is_named_at_once(anyone: Person) -> None:
    answer = await anyone(REGISTER, input={"email": "x", "username": "!", "password": "1"})
    assert [name for name, _ in answer.fields] == ["email", "username", "password"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"email": "ANN@HANSE.EXAMPLE", "username": "other", "phone": None}, ["email"]),
        ({"email": "other@hanse.example", "username": "aNN", "phone": None}, ["username"]),
        ({"email": "other@hanse.example", "username": "other"}, ["phone"]),
        ({}, ["email", "username", "phone"]),
    ],
)
async def test_what_another_has_is_taken(anyone: Person, given: dict[str, str], taken: list[str]) -> None:
    await register(anyone)
    answer = await anyone(REGISTER, input={**ANN, **given})
    assert answer.codes == ["CONFLICT"]
    assert answer.fields == [(name, "TAKEN") for name in taken]


async def test_private_fields_are_for_their_owner_and_readers_of_users(
    anyone: Person, users: SubgraphApp, router: Router
) -> None:
    user_id = await register(anyone)
    query = "query ($id: ID!) { user(id: $id) { username email phone } }"
    seen = {}
    for name, person in {
        "anonymous": anyone,
        "stranger": somebody(users, router, new_id()),
        "owner": somebody(users, router, user_id),
        "admin": an_admin(users, router, new_id(), "tasks:write"),
        "reader": somebody(users, router, new_id(), "users:read"),
    }.items():
        seen[name] = (await person.get(query, id=user_id))["user"]
    full = {"username": "Ann", "email": "Ann@hanse.example", "phone": "+49401234567"}
    bare = {"username": "Ann", "email": None, "phone": None}
    assert seen == {"anonymous": bare, "stranger": bare, "owner": full, "admin": bare, "reader": full}


async def test_me_is_the_caller(anyone: Person, users: SubgraphApp, router: Router) -> None:
    user_id = await register(anyone)
    me = somebody(users, router, user_id)
    assert (await me.get("{ me { id email } }"))["me"] == {"id": user_id, "email": "Ann@hanse.example"}
    assert (await anyone("{ me { id } }")).codes == ["UNAUTHENTICATED"]


async def test_an_unknown_user_is_null(anyone: Person) -> None:
    query = "query ($id: ID!, $name: String!) { user(id: $id) { id } userByUsername(username: $name) { id } }"
    for user_id in (new_id(), "not a uuid", ""):
        assert await anyone.get(query, id=user_id, name=user_id) == {"user": None, "userByUsername": None}


async def test_a_user_is_found_by_name_in_any_case(anyone: Person) -> None:
    user_id = await register(anyone)
    assert (await anyone.get('{ userByUsername(username: " aNN ") { id } }'))["userByUsername"] == {"id": user_id}


USERS = """
query ($first: Int, $after: String, $last: Int, $before: String, $search: String, $role: Role) {
  users(first: $first, after: $after, last: $last, before: $before, search: $search, role: $role) {
    totalCount nodes { username } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def test_admins_page_through_users_both_ways(anyone: Person, users: SubgraphApp, router: Router) -> None:
    names = [f"user{number}" for number in range(5)]
    for name in names:
        await register(anyone, username=name, email=f"{name}@hanse.example", phone=None)
    admin = an_admin(users, router, new_id(), "users:read")
    seen, after = [], None
    for _ in range(3):
        page = (await admin.get(USERS, first=2, after=after))["users"]
        seen += [node["username"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["totalCount"] == 5
    assert seen == names[::-1]
    assert page["pageInfo"] | {"startCursor": 0, "endCursor": 0} == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": 0,
        "endCursor": 0,
    }
    back = (await admin.get(USERS, last=2, before=page["pageInfo"]["startCursor"]))["users"]
    assert [node["username"] for node in back["nodes"]] == ["user2", "user1"]


async def test_admins_search_users(anyone: Person, users: SubgraphApp, router: Router) -> None:
    await register(anyone)
    await register(anyone, username="bo_b", email="bob@hanse.example", phone=None, lastName="Berg")
    admin = an_admin(users, router, new_id(), "users:read")

    async def found(**arguments: str) -> list[str]:
        return [node["username"] for node in (await admin.get(USERS, **arguments))["users"]["nodes"]]

    assert await found(search="ANCH") == ["Ann"]
    assert await found(search="_") == ["bo_b"], "a wildcard is a letter like another"
    assert await found(search="hanse.example") == ["bo_b", "Ann"]
    assert await found(role="ADMIN") == []


async def test_the_list_of_users_is_not_for_everybody(anyone: Person, users: SubgraphApp, router: Router) -> None:
    assert (await anyone(USERS)).codes == ["UNAUTHENTICATED"]
    assert (await somebody(users, router, new_id())(USERS)).codes == ["FORBIDDEN"]


@pytest.mark.parametrize("wrong", [{"first": 101}, {"first": -1}, {"last": 101}, {"after": "%%%"}, {"after": "WzFd"}])
async def test_wrong_pages_are_refused(users: SubgraphApp, router: Router, wrong: dict[str, object]) -> None:
    answer = await an_admin(users, router, new_id(), "users:read")(USERS, **wrong)
    assert (answer.codes, answer.fields) == (["BAD_USER_INPUT"], [(next(iter(wrong)), "INVALID")])


async def test_a_hundred_references_take_one_statement(anyone: Person, users: SubgraphApp) -> None:
    user_id = await register(anyone)
    statements = Statements(users)
    wanted = [{"__typename": "User", "id": key} for key in [user_id, *(new_id() for _ in range(98)), user_id]]
    data = await anyone.get(
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { username } } }", r=wanted
    )
    assert data["_entities"] == [{"username": "Ann"}, *[None] * 98, {"username": "Ann"}]
    assert len(statements.seen) == 1, statements.seen
