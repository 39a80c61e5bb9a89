"""The rate limits that the platform ships with, through the front door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema

from deploy.project import PROJECT
from hanse.up import create_subgraphs, embedded_router
from tests.e2e.given import PASSWORD

LOGIN = 'mutation ($login: String!) { login(login: $login, password: "wrong") { accessToken } }'
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }"


class Door:
    """The platform's router, and clients at any address."""

    def __init__(self, router: Any) -> None:
        self._router = router

    async def send(
        self, query: str, *, address: str = "10.0.0.1", token: str | None = None, **variables: Any
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._router, client=(address, 5000))
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://hanse.test") as client:
            return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def register(self, name: str, **more: Any) -> httpx.Response:
        new = {"email": f"{name}@example.org", "username": name, "password": PASSWORD}
        return await self.send(REGISTER, input=new, **more)


@pytest.fixture
async def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.delenv("HANSE_ROUTER_RATE_LIMITS__ENABLED", raising=False)
    monkeypatch.setenv("HANSE_USERS_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setenv("HANSE_USERS_ARGON2_TIME_COST", "1")
    subgraphs = create_subgraphs(PROJECT, tmp_path, "http://hanse.test")
    for app in subgraphs.values():
        await app.start()
    router = embedded_router(PROJECT, subgraphs, tmp_path)
    await router.start()
    yield Door(router)
    await router.stop()
    for app in reversed(subgraphs.values()):
        await app.stop()


def is_limited(response: httpx.Response) -> bool:
    """Whether it is a 429 with everything that a client needs."""
    if response.status_code != 429:
        return False
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(response.headers["retry-after"]) >= 1
    assert response.headers["ratelimit"].endswith(f";r=0;t={response.headers['retry-after']}")
    assert ";q=" in response.headers["ratelimit-policy"]
    return True


async def until_limited(send: Callable[[int], Awaitable[httpx.Response]], allowed: int) -> None:
    """Send until a request is refused. Allowances refill meanwhile, so that it may be some later than the allowed."""
    for number in range(allowed * 3):
        if is_limited(await send(number)):
            assert number >= allowed
            return
    raise AssertionError(f"{allowed * 3} requests were not limited to {allowed} a minute")


async def test_accounts_are_opened_at_a_limited_rate_from_an_address(door: Door) -> None:
    await until_limited(lambda number: door.register(f"user{number}"), 3)
    assert not is_limited(await door.register("elsewhere", address="10.0.0.2"))


async def test_passwords_are_tried_at_a_limited_rate_whoever_is_signed_in(door: Door) -> None:
    tokens = [None, *[(await door.register(f"user{n}")).json()["data"]["register"]["accessToken"] for n in range(2)]]
    await until_limited(lambda number: door.send(LOGIN, login=f"victim{number}", token=tokens[number % 3]), 5)


async def test_one_login_is_tried_at_a_limited_rate_from_many_addresses(door: Door) -> None:
    logins = ("Victim", " victim")
    await until_limited(lambda number: door.send(LOGIN, login=logins[number % 2], address=f"10.1.0.{number}"), 20)
    assert not is_limited(await door.send(LOGIN, login="other", address="10.1.0.99"))


async def test_aliases_count_each(door: Door) -> None:
    tries = " ".join(f'a{n}: login(login: "v{n}", password: "x") {{ accessToken }}' for n in range(6))
    response = await door.send(f"mutation {{ {tries} }}")
    assert response.status_code == 429
    assert "6 times" in response.json()["errors"][0]["message"]


async def test_the_requests_of_a_user_are_limited_those_refused_included(door: Door) -> None:
    token = (await door.register("busy")).json()["data"]["register"]["accessToken"]
    kinds = ("{ me { id } }", "{ nope }", "{", "{ me { id } }")
    await until_limited(lambda number: door.send(kinds[number % 4], token=token), 100)
    assert not is_limited(await door.send("{ __typename }"))


def test_what_the_schema_declares() -> None:
    sdl = (Path(__file__).parents[2] / "schema" / "published" / "supergraph.graphql").read_text(encoding="utf-8")
    mutation = build_schema(sdl, assume_valid=True).mutation_type
    assert mutation is not None
    declared = {
        name: [
            int(directive.arguments[0].value.value)
            for directive in field.ast_node.directives
            if directive.name.value == "rateLimit"
        ]
        for name, field in mutation.fields.items()
        if field.ast_node is not None
    }
    assert {name: limits[0] for name, limits in declared.items() if limits} == {
        "register": 3,
        "login": 5,
        "refreshToken": 10,
        "logout": 5,
        "logoutEverywhere": 5,
        "changePassword": 5,
        "requestPasswordReset": 3,
        "resetPassword": 5,
        "requestEmailVerification": 3,
        "verifyEmail": 10,
        "deleteMyAccount": 5,
        "createApiKey": 10,
        "exchangeApiKey": 10,
        "requestUpload": 30,
        "completeUpload": 30,
        "uploadFile": 30,
    }
