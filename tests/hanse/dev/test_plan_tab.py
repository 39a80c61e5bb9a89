"""GraphiQL's plan tab in a browser: `hanse dev --open` opens it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.e2e.platforms import reserved_port
from tests.hanse.dev.conftest import DEADLINE, run_dev
from tests.hanse.dev.test_mocks_and_traffic import write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "about:blank")


@pytest.fixture
def debugger(tmp_path: Path) -> Iterator[str]:
    """The address at which a headless Chromium is driven."""
    assert CHROMIUM is not None
    with reserved_port() as port:
        arguments = [f"--remote-debugging-port={port}", f"--user-data-dir={tmp_path / 'profile'}", *OPTIONS]
        process = subprocess.Popen([CHROMIUM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(DEADLINE)


class Page:
    """The page of a browser, by the DevTools protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0

    async def send(self, method: str, **parameters: Any) -> Any:
        """The result of a command."""
        self._number += 1
        await self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while (reply := json.loads(await self._socket.recv())).get("id") != self._number:
            pass
        return reply["result"]

    async def wait_for(self, expression: str) -> Any:
        """The value of an expression once it is true."""
        async with asyncio.timeout(DEADLINE):
            while True:
                result = (await self.send("Runtime.evaluate", expression=expression))["result"]
                if result.get("value"):
                    return result["value"]
                await asyncio.sleep(0.05)


async def page_of(debugger: str) -> str:
    """The WebSocket of the browser's page, once it runs."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                listed = await asyncio.to_thread(urllib.request.urlopen, f"{debugger}/json", timeout=5)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            with listed:
                pages = [one for one in json.load(listed) if one["type"] == "page"]
            return str(pages[0]["webSocketDebuggerUrl"])


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_the_plan_of_the_operation_in_the_editor_is_shown(tmp_path: Path, debugger: str) -> None:
    write(tmp_path, "http://127.0.0.1:9/")
    (tmp_path / "router.yaml").write_text("graphiql: {default_query: '{ products(first: 1) { name stars } }'}")
    with run_dev(tmp_path, "--mock-unavailable", "--router-config", "router.yaml") as dev:
        dev.serving(1)
        async with connect(await page_of(debugger), max_size=None) as socket:
            page = Page(socket)
            await page.send("Page.navigate", url=f"{dev.url.removesuffix('/graphql')}/#plan")
            text = await page.wait_for(
                "document.querySelector('.hanse-plan-stage') && document.querySelector('.hanse-plan').innerText"
            )
    assert "2 fetches, estimated cost" in text
    assert "one after the other\nproducts root fields\nreviews entities" in text
