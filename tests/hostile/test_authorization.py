"""A role authorizes nothing: an admin's API key can do what its scopes allow, and what any user could do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldDefinitionNode, ObjectTypeDefinitionNode, parse, value_from_ast_untyped

from deploy.project import PROJECT
from tests.e2e.operations import OPERATIONS, Operation
from tests.e2e.test_operations import Play, Stage, staged

USER_SCOPES = PROJECT.platform().user_scopes
ROOTS = {"Query", "Mutation", "Subscription"}
NEVER_BY_KEY = {"createApiKey"}  # a key that leaked must not outlive its revocation
STRANGER = 1  # the place of a stranger's outcome in the table


def required_scopes() -> dict[str, list[list[str]]]:
    """What each operation requires: any of these sets of scopes."""
    return dict(_required())


def _required() -> Iterator[tuple[str, list[list[str]]]]:
    for name in OPERATIONS:
        for definition in parse((PROJECT.published / f"{name}.graphql").read_text()).definitions:
            if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value in ROOTS:
                for field in definition.fields or ():
                    yield field.name.value, _scopes(field)


def _scopes(field: FieldDefinitionNode) -> list[list[str]]:
    found = [directive for directive in field.directives or () if directive.name.value == "requiresScopes"]
    return [scopes for directive in found for scopes in value_from_ast_untyped((directive.arguments or ())[0].value)]


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password hashes that take no time."""
    monkeypatch.setenv("HANSE_USERS_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setenv("HANSE_USERS_ARGON2_TIME_COST", "1")
    monkeypatch.setenv("HANSE_USERS_VERIFY_RESEND_MINUTES", "0")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize(
    ("where", "scopes"),
    [
        ("over the router", ("tasks:write",)),
        ("of the subgraph alone", USER_SCOPES),
    ],
)
async def test_an_admins_key_does_no_more_than_its_scopes(where: str, scopes: tuple[str, ...], tmp_path: Path) -> None:
    required, wrong = required_scopes(), []
    async with staged(tmp_path, where) as stage:
        for table in OPERATIONS.values():
            play = await _opened(stage, scopes)
            await play.is_known_everywhere()
            for name, operation in table.items():
                if stage.knows_subscriptions or not operation.document.startswith("subscription"):
                    people = await _opened(stage, scopes) if operation.changes_people else play
                    allowed = not required[name] or any(set(needed) <= set(scopes) for needed in required[name])
                    wanted = operation.who[STRANGER] if allowed and name not in NEVER_BY_KEY else "r"
                    found = await _outcome(people, name, operation)
                    if found != wanted:
                        wrong.append(f"{name}: {found}, not {wanted}")
    assert wrong == []


async def _opened(stage: Stage, scopes: tuple[str, ...]) -> Play:
    play = await Play.opened(stage)
    await play.sign_in_with_key("admin", *scopes, who="key")
    return play


async def _outcome(play: Play, name: str, operation: Operation) -> str:
    play.caller = "admin"
    variables: dict[str, Any] = await operation.given(play)
    return await play.outcome("key", name, variables)


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize(("scope", "visible"), [("tasks:write", False), ("users:read", True)])
async def test_addresses_of_strangers_need_the_scope_to_read_users(scope: str, visible: bool, tmp_path: Path) -> None:
    query = "query ($id: ID!) { user(id: $id) { email phone emailVerified } }"
    async with staged(tmp_path, "over the router") as stage:
        play = await Play.opened(stage)
        await play.sign_in_with_key("admin", scope, who="key")
        user = (await play.sends("key", query, id=play.owner_id))["data"]["user"]
    assert [user["email"] is not None, user["emailVerified"] is not None] == [visible, visible]
