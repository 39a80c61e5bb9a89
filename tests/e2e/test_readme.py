"""The README, run: its commands start what they say, its first query returns the documented response."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.client import Client
from tests.e2e.processes import ROOT, running

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)


def blocks(language: str) -> list[str]:
    """The README's code blocks of a language, in order."""
    return [match["text"] for match in BLOCK.finditer(README) if match["language"] == language]


def test_the_commands_are_there() -> None:
    run, test, *_ = blocks("sh")
    assert (run.strip(), test.strip()) == ("make run", "make test")
    assert subprocess.run(["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_graphiql_opens_with_the_first_query() -> None:
    assert blocks("graphql")[0] == (ROOT / "subgraphs" / "first_query.graphql").read_text()


def test_the_pages_it_links_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


@pytest.mark.timeout(240)
async def test_make_run_answers_the_first_query(tmp_path: Path) -> None:
    """`make run`, as written, on a free port and an empty folder of its own."""
    first_query, sign_in, *_ = blocks("graphql")
    command = shlex.split(blocks("sh")[0])
    environment = {"HANSE_UP_PORT": "0", "HANSE_DATA": str(tmp_path / "data"), "MAKEFLAGS": ""}
    with running(*command, env=environment) as process:
        url = process.wait_for(r"GraphQL +(http://\S+)", timeout=200).group(1)
        async with aiohttp.ClientSession() as http:
            client = Client(url, http)
            answer = {"data": await client.data(first_query)}
            assert answer == json.loads(blocks("json")[0])
            assert list(answer["data"]) == list(json.loads(blocks("json")[0])["data"])
            assert (await client.data(sign_in))["login"]["user"] == {"username": "demo"}
            await the_page_is_graphiql(http, url)
            await the_demo_is_counted(http, url)


async def the_page_is_graphiql(http: aiohttp.ClientSession, url: str) -> None:
    """`/` is a page for browsers that loads nothing from elsewhere."""
    async with http.get(url.removesuffix("/graphql") + "/", headers={"accept": "text/html"}) as reply:
        page = await reply.text()
    assert reply.status == 200
    assert "graphiql" in page.lower()
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)


async def the_demo_is_counted(http: aiohttp.ClientSession, url: str) -> None:
    """The platform serves already while the demo's events are counted."""
    for _ in range(200):
        if (await the_curl_answer(http, url))["data"]["stats"]["users"]:
            return
        await asyncio.sleep(0.3)
    raise AssertionError("nothing was counted")


async def the_curl_answer(http: aiohttp.ClientSession, url: str) -> Any:
    """What the README's curl command gets, sent to this server; curl itself need not be installed."""
    [curl] = [shlex.split(block) for block in blocks("sh") if block.startswith("curl")]
    header, body = curl[curl.index("-H") + 1], curl[curl.index("-d") + 1]
    assert "http://127.0.0.1:4000/graphql" in curl
    name, _, value = header.partition(": ")
    async with http.post(url, data=body, headers={name: value}) as reply:
        return await reply.json()
