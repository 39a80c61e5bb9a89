"""Files sent with a mutation, through the router to media, in one process and in several; memory stays small."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.client import Client
from tests.e2e.platforms import distributed, embedded
from tests.e2e.processes import Running
from tests.e2e.test_story import PERSON, REGISTER
from tests.subgraphs.media.samples import UPLOAD_FILE, picture

MAX_FILE = 50_000_000
MAX_GROWTH = 25_000_000  # bytes, for files of 50 MB


@pytest.fixture(params=["one process", "several processes"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[Running]]]:
    """The router's URL, and the processes that a file goes through."""
    if request.param == "one process":
        with embedded(tmp_path, "--no-demo") as (url, process):
            yield url, [process]
    else:
        processes: dict[str, Running] = {}
        with distributed(tmp_path, ("users", "catalog", "media"), processes=processes) as (url, _):
            yield url, [processes["router"], processes["media"]]


async def upload(client: Client, content: bytes | AsyncIterator[bytes], name: str = "Kai.png") -> tuple[int, Any]:
    """Send a file: the status and the response."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("operations", json.dumps({"query": UPLOAD_FILE, "variables": {"file": None}}))
    form.add_field("map", '{"0": ["variables.file"]}')
    form.add_field("0", content, filename=name, content_type="image/png")
    headers = {"authorization": f"Bearer {client.token}"} if client.token else {}
    async with client.http.post(client.url, data=form, headers=headers | {"x-hanse-preflight": "1"}) as answer:
        return answer.status, await answer.json(content_type=None)


async def zeros(size: int) -> AsyncIterator[bytes]:
    """So many bytes, in pieces."""
    for at in range(0, size, 100_000):
        yield bytes(min(100_000, size - at))


def forget_peak_memory(process: Running) -> None:
    """Let the most memory be what it has now."""
    Path(f"/proc/{process.process.pid}/clear_refs").write_text("5")


def peak_memory(process: Running) -> int:
    """The peak memory of a process, in bytes."""
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


async def test_files_go_through_the_graph(platform: tuple[str, list[Running]]) -> None:
    url, processes = platform
    async with aiohttp.ClientSession() as http:
        client = Client(url, http)
        _, refused = await upload(client, b"x")
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["UNAUTHORIZED_FIELD_OR_TYPE"]
        client.token = (await client.data(REGISTER, input=PERSON))["register"]["accessToken"]

        status, response = await upload(client, picture(), "../Löwe.png")
        kept = response["data"]["uploadFile"]
        assert (status, kept["name"], kept["mimeType"], kept["width"]) == (200, "Löwe.png", "image/png", 640)

        for process in processes:
            forget_peak_memory(process)
        before = [peak_memory(process) for process in processes]
        status, response = await upload(client, zeros(MAX_FILE), "zeros.bin")
        kept = response["data"]["uploadFile"]
        assert (status, kept["sizeBytes"], kept["mimeType"]) == (200, MAX_FILE, "application/octet-stream")
        growth = [peak_memory(process) - was for process, was in zip(processes, before, strict=True)]
        print("memory grew by", growth)
        assert max(growth) < MAX_GROWTH

        status, response = await upload(client, zeros(MAX_FILE + 1))
        assert (status, response["errors"][0]["extensions"]["code"]) == (413, "UPLOAD_TOO_LARGE")
        mine = await client.data("{ myMedia { nodes { name owner { username } } } }")
        assert [node["name"] for node in mine["myMedia"]["nodes"]] == ["zeros.bin", "Löwe.png"]
