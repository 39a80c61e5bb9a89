"""One story over the router, in both shapes of the platform: sign up, sell, be seen, and watch the numbers move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.client import Client, Subscription
from tests.e2e.platforms import distributed, embedded

REGISTER = """
mutation Register($input: RegisterInput!) {
  register(input: $input) { accessToken refreshToken user { id username email } }
}
"""
LOGIN = (
    "mutation Login($login: String!, $password: String!) { login(login: $login, password: $password) { accessToken } }"
)
CREATE_PRODUCT = "mutation Create($input: CreateProductInput!) { createProduct(input: $input) { id name stock } }"
CROSS_SUBGRAPH = """
query Cross($id: ID!) {
  product(id: $id) {
    name
    price { formatted }
    seller { username products(first: 5) { totalCount edges { node { name seller { id } } } } }
  }
}
"""
LIVE_STATS = "subscription { liveStats(intervalMs: 100) { users products eventsProcessed } }"
PERSON = {"email": "ada@example.org", "username": "ada", "password": "a-long-quiet-harbour", "firstName": "Ada"}
PRODUCT = {"name": "Astrolabe", "price": {"amountMinor": 12_345, "currency": "EUR"}, "stock": 3}
PATIENCE = 20.0  # seconds until an event must have come through


@pytest.fixture(params=["one process", "a process each"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "one process":
        with embedded(tmp_path, "--no-demo") as (where, _):
            yield where
    else:
        with distributed(tmp_path) as (where, _):
            yield where


@pytest.fixture
async def client(url: str) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        yield Client(url, http)


async def seen(live: Subscription, **expected: int) -> dict[str, Any]:
    """The first live numbers that are as expected."""
    async with asyncio.timeout(PATIENCE):
        while True:
            stats: dict[str, Any] = (await live.next())["liveStats"]
            if all(stats[name] == value for name, value in expected.items()):
                return stats


async def test_story(client: Client) -> None:
    async with client.subscription(LIVE_STATS) as live:
        before = await seen(live, users=0, products=0)

        registered = (await client.data(REGISTER, input=PERSON))["register"]
        assert registered["user"] | {"id": ""} == {"id": "", "username": "ada", "email": "ada@example.org"}
        await seen(live, users=1, products=0)

        client.token = (await client.data(LOGIN, login="ada@example.org", password=PERSON["password"]))["login"][
            "accessToken"
        ]
        assert (await client.data("{ me { username } }"))["me"] == {"username": "ada"}

        product = (await client.data(CREATE_PRODUCT, input=PRODUCT))["createProduct"]
        after = await seen(live, users=1, products=1)
        assert after["eventsProcessed"] > before["eventsProcessed"]

    crossed = await client.data(CROSS_SUBGRAPH, id=product["id"])
    assert crossed["product"] == {
        "name": "Astrolabe",
        "price": {"formatted": "123.45 EUR"},
        "seller": {
            "username": "ada",
            "products": {
                "totalCount": 1,
                "edges": [{"node": {"name": "Astrolabe", "seller": {"id": registered["user"]["id"]}}}],
            },
        },
    }
    await the_refresh_token_rotates(client, registered["refreshToken"])


async def the_refresh_token_rotates(client: Client, first: str) -> None:
    """A used token is refused, and takes its family with it."""
    refresh = "mutation R($token: String!) { refreshToken(refreshToken: $token) { refreshToken } }"
    second = (await client.data(refresh, token=first))["refreshToken"]["refreshToken"]
    assert second != first
    for token in (first, second):
        assert (await client.errors(refresh, token=token))[0]["extensions"]["code"]


async def test_subgraphs_answer_the_router_only(tmp_path: Path) -> None:
    """A caller who reaches a subgraph directly, even with a user's own token, gets 401."""
    with distributed(tmp_path) as (url, subgraph_urls):
        async with aiohttp.ClientSession() as http:
            token = (await Client(url, http).data(REGISTER, input=PERSON))["register"]["accessToken"]
            for subgraph_url in subgraph_urls.values():
                status, response = await Client(subgraph_url, http, token).send("{ __typename }")
                assert (status, response["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
