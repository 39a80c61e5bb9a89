"""Two routers behind nginx, as compose.yml has them: one is killed, and clients do not notice."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from deploy.platform import Outside, Platform
from deploy.servers.base import ServerMissing, ServerProcess, all_running
from tests.e2e.client import Client
from tests.e2e.test_story import LIVE_STATS, PERSON, REGISTER
from tests.integration.e2e.nginx import Nginx

pytestmark = pytest.mark.timeout(300)


async def test_clients_do_not_notice_that_a_router_dies(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "platform", Outside(), routers=2)
    nginx = Nginx(tmp_path / "nginx", platform)
    try:
        nginx.command()
    except ServerMissing as missing:
        pytest.skip(str(missing))  # in CI too: the platform needs none
    platform.prepare()
    processes = {name: ServerProcess(it, tmp_path / f"{name}.log") for name, it in platform.processes.items()}
    before = ServerProcess(nginx, tmp_path / "nginx.log")
    with all_running([*processes.values(), before]):
        async with aiohttp.ClientSession() as http:
            ada = Client(f"{nginx.url}/graphql", http)
            ada.token = (await ada.data(REGISTER, input=PERSON))["register"]["accessToken"]
            async with ada.subscription(LIVE_STATS) as live:
                assert "users" in (await live.next())["liveStats"]
            async with http.get(f"{nginx.url}/metrics") as answer:
                assert answer.status == 404
            headers = {"authorization": f"Bearer {ada.token}"}
            async with http.post(f"{nginx.url}/files?name=a.txt", data=b"Salt", headers=headers) as answer:
                assert answer.status == 201
            processes["router"].kill()
            for _ in range(20):
                assert (await ada.data("{ me { username } }"))["me"] == {"username": "ada"}
