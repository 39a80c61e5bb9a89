"""What is done from outside while the platform runs: the first admin, and new signing keys."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import jwt

from tests.e2e.client import Client
from tests.e2e.platforms import embedded
from tests.e2e.processes import HANSE, run_to_end
from tests.e2e.stage import ADMIN as ADMIN_NAME
from tests.e2e.stage import ADMIN_PASSWORD, make_admin
from tests.e2e.test_story import CREATE_PRODUCT, LOGIN, PATIENCE, PERSON, PRODUCT, REGISTER

PASSWORD = "the-keel-is-laid-2026"
CREATED = """
{ auditTrail(filter: {action: "product.created"}) {
  nodes { resourceId user { id displayName firstName state } } } }
"""
ADMIN = {"login": "vera", "password": PASSWORD}


async def hanse(*command: str | Path, **environment: str) -> str:
    """What a command prints that must succeed."""
    done = await asyncio.to_thread(run_to_end, HANSE, *command, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_first_admin_and_new_keys(tmp_path: Path) -> None:
    with embedded(tmp_path, "--no-demo") as (url, _):
        async with aiohttp.ClientSession() as http:
            await hanse(
                *("users", "create-admin", "--data", tmp_path, "--email", "vera@example.org", "--username", "vera"),
                HANSE_ADMIN_PASSWORD=PASSWORD,
            )
            admin, user = Client(url, http), Client(url, http)
            user.token = (await user.data(REGISTER, input=PERSON))["register"]["accessToken"]
            admin.token = (await admin.data(LOGIN, **ADMIN))["login"]["accessToken"]
            assert (await admin.data("{ users { totalCount } }"))["users"] == {"totalCount": 2}
            assert (await user.errors("{ users { totalCount } }"))[0]["extensions"][
                "code"
            ] == "UNAUTHORIZED_FIELD_OR_TYPE"

            signing = (await hanse("keys", "rotate", "--data", tmp_path)).splitlines()[0].removeprefix("signing key: ")
            newer = (await user.data(LOGIN, login="ada", password=PERSON["password"]))["login"]["accessToken"]
            assert jwt.get_unverified_header(newer)["kid"] == signing
            assert jwt.get_unverified_header(user.token)["kid"] != signing
            assert (await user.data("{ me { username } }"))["me"] == {"username": "ada"}, "the old token is still good"
            assert await welcomed(Client(url, http, newer)) == {"username": "ada"}


async def test_what_a_deleted_user_sold_is_gone_and_what_they_did_stays_in_the_trail(tmp_path: Path) -> None:
    make_admin(tmp_path)
    with embedded(tmp_path, "--no-demo") as (url, _):
        async with aiohttp.ClientSession() as http:
            admin, seller, anybody = Client(url, http), Client(url, http), Client(url, http)
            admin.token = (await admin.data(LOGIN, login=ADMIN_NAME, password=ADMIN_PASSWORD))["login"]["accessToken"]
            made = (await seller.data(REGISTER, input=PERSON))["register"]
            seller.token = made["accessToken"]
            product = (await seller.data(CREATE_PRODUCT, input=PRODUCT))["createProduct"]["id"]
            assert (await admin.data("mutation ($id: ID!) { deleteUser(id: $id) }", id=made["user"]["id"]))[
                "deleteUser"
            ]
            await until(anybody, "{ products { nodes { id } } }", {"products": {"nodes": []}})
            nobody = {"displayName": "Deleted user", "firstName": None, "state": "DELETED"}
            created = {"resourceId": product, "user": {"id": made["user"]["id"], **nobody}}
            await until(admin, CREATED, {"auditTrail": {"nodes": [created]}})
            gone = await anybody.data("query ($id: ID!) { user(id: $id) { id } }", id=made["user"]["id"])
            assert gone == {"user": None}


async def until(client: Client, query: str, wanted: dict[str, Any]) -> None:
    """Wait for the data of a query."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await client.data(query) == wanted:
                return
            await asyncio.sleep(0.1)


async def welcomed(client: Client) -> Any:
    """Who the router takes a token for: it looks for unknown keys at most every five seconds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            _, response = await client.send("{ me { username } }")
            if "errors" not in response:
                return response["data"]["me"]
            await asyncio.sleep(0.5)
