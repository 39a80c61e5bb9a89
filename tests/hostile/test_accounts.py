"""Guessing passwords neither locks owners out, nor reveals who has an account, nor holds up others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hanse_subgraph.subgraph_app import SubgraphApp
from tests.e2e.in_process import client_at, router_in_process
from tests.subgraphs.harness import events_of

PASSWORD = "a-long-quiet-harbour"
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }"
LOGIN = "mutation ($login: String!, $password: String!) { login(login: $login, password: $password) { accessToken } }"
CHANGE = 'mutation { changePassword(currentPassword: "wrong", newPassword: "nine-green-bottles") { id } }'
DELETE = 'mutation { deleteMyAccount(password: "wrong") }'
SETTINGS = {
    "ARGON2_MEMORY_KIB": "32768",
    "ARGON2_TIME_COST": "1",
    "HASHING_THREADS": "1",
    "HASHING_QUEUE_PER_ADDRESS": "2",
    "MAX_DELAY_SECONDS": "0.02",
}
OWNERS_DEVICE, ATTACKER = "192.0.2.1", "198.51.100.7"


class Platform:
    """The router, and what is sent to it from addresses."""

    def __init__(self, router: Any, users: SubgraphApp) -> None:
        self._router = router
        self.users = users

    def at(self, address: str, agent: str = "browser") -> httpx.AsyncClient:
        """A client at an address."""
        return client_at(self._router, address, **{"user-agent": agent})


@pytest.fixture
async def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    """The platform, where hashes are cheap and delays are short, and ann has an account."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"HANSE_USERS_{name}", value)
    async with router_in_process(tmp_path) as (router, subgraphs):
        platform = Platform(router, subgraphs["users"])
        async with platform.at(OWNERS_DEVICE) as client:
            account = {"email": "ann@example.org", "username": "ann", "password": PASSWORD}
            assert await codes(client, REGISTER, input=account) == []
        yield platform


async def send(client: httpx.AsyncClient, query: str, /, token: str = "", **variables: Any) -> dict[str, Any]:
    """The response to an operation."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    reply = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    response: dict[str, Any] = reply.json()
    return response


async def codes(client: httpx.AsyncClient, query: str, /, token: str = "", **variables: Any) -> list[str]:
    """The codes of the errors of an operation."""
    response = await send(client, query, token, **variables)
    return [error["extensions"]["code"] for error in response.get("errors", [])]


async def guess(client: httpx.AsyncClient, login: str, times: int) -> list[list[str]]:
    """The codes of wrong guesses, one after the other."""
    return [await codes(client, LOGIN, login=login, password=f"wrong {number}") for number in range(times)]


async def test_aliases_check_one_password(platform: Platform) -> None:
    field = f'login(login: "ann", password: "{PASSWORD}") {{ accessToken }}'
    query = "mutation {" + " ".join(f"l{number}: {field}" for number in range(20)) + "}"
    async with platform.at(ATTACKER) as client:
        assert set(await codes(client, query)) == {"PASSWORD_NOT_FIRST"}
    assert len(await events_of(platform.users, "user.signed_in", count=2)) == 2, (
        "of registering, and of the first field"
    )


async def test_a_flood_of_sign_ins_does_not_hold_up_others(platform: Platform) -> None:
    async with platform.at(ATTACKER) as attacker, platform.at(OWNERS_DEVICE) as owner:
        flood = [asyncio.ensure_future(codes(attacker, LOGIN, login="ann", password=PASSWORD)) for _ in range(100)]
        await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        assert await codes(owner, LOGIN, login="ann", password=PASSWORD) == []
        found = await asyncio.gather(*flood)
    assert found.count(["PASSWORD_QUEUE_FULL"]) + found.count([]) == 100
    assert found.count(["PASSWORD_QUEUE_FULL"]) > 0


async def test_failures_do_not_tell_who_has_an_account(platform: Platform) -> None:
    async with platform.at(ATTACKER) as client:
        known, unknown = await guess(client, "ann", 8), await guess(client, "nobody", 8)
        known_address = await guess(client, "ann@example.org", 3)
        unknown_address = await guess(client, "nobody@example.org", 3)
    assert known == unknown == [["UNAUTHENTICATED"]] * 8
    assert known_address == unknown_address
    events = await events_of(platform.users, "sign_in.failed", count=22)
    assert [event.data["delayed"] for event in events[:8]] == [event.data["delayed"] for event in events[8:16]]


async def test_nobody_locks_an_owner_out(platform: Platform) -> None:
    for number in range(10):
        async with platform.at(f"198.51.100.{number}") as attacker:
            await guess(attacker, "ann", 8)
    async with platform.at(OWNERS_DEVICE, "guesser") as neighbour:
        await guess(neighbour, "ann", 8)
    for address, agent in ((OWNERS_DEVICE, "browser"), ("203.0.113.9", "another browser")):
        async with platform.at(address, agent) as owner:
            assert await codes(owner, LOGIN, login="ann", password=PASSWORD) == []


@pytest.mark.parametrize("query", [CHANGE, DELETE])
async def test_guesses_with_a_stolen_token_count(query: str, platform: Platform) -> None:
    async with platform.at(ATTACKER, "guesser") as client:
        token = (await send(client, LOGIN, login="ann", password=PASSWORD))["data"]["login"]["accessToken"]
        for _ in range(6):
            assert await codes(client, query, token) == ["BAD_USER_INPUT"]
    events = await events_of(platform.users, "sign_in.failed", count=6)
    assert [event.data["delayed"] for event in events] == [False] * 4 + [True] * 2
    assert {event.data["reason"] for event in events} == {"WRONG_PASSWORD"}
