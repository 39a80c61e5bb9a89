"""The stories, told on real servers."""

from __future__ import annotations

import aiohttp
import pytest

from deploy.platform import Platform
from deploy.servers.smtp import SmtpServer
from tests.e2e.client import Client
from tests.e2e.market_day import play
from tests.e2e.stage import Stage, make_admin
from tests.e2e.test_story import PERSON, REGISTER, client, test_story

pytestmark = pytest.mark.timeout(300)  # each starts eleven processes
__all__ = ["client", "test_story"]


async def test_market_day(platform: Platform, smtp_server: SmtpServer) -> None:
    make_admin(platform.folder / "jobs", **platform.subgraphs["users"].variables)
    before = len(smtp_server.mails())  # other tests' people have the same names
    await play(Stage(platform.url, lambda: smtp_server.mails()[before:], patience=60))


async def test_all_routers_know_the_same_people(platform: Platform) -> None:
    """Whom one router has signed in, the other knows, and subgraphs believe both."""
    first, second = (f"{router.url}/graphql" for router in platform.routers.values())
    async with aiohttp.ClientSession() as http:
        token = (await Client(first, http).data(REGISTER, input=PERSON))["register"]["accessToken"]
        for url in (first, second):
            assert (await Client(url, http, token).data("{ me { username } }"))["me"] == {"username": "ada"}
        for process in platform.subgraphs.values():
            refused = await Client(f"{process.url}/graphql", http, token).send("{ __typename }")
            assert refused[0] == 401, "a user's own token is none of the router's"
