"""A registry and a router as processes: a router under constant requests follows publishes without a failed request."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from hanse.registry.client import ServerStore
from hanse.registry.store import Author, Line, Publish
from tests.e2e.processes import HANSE, Running, run_to_end, running

DEADLINE = 30.0  # seconds
NEWS = "type Query { hello: String news: String }"
WITHOUT_NEWS = "type Query { hello: String }"
WITH_CART = "type Query { hello: String cart: String }"


class Stage:
    """The registry, its keys, and a subgraph."""

    def __init__(self, folder: Path, subgraph: str) -> None:
        self.folder = folder
        self.subgraph = subgraph
        self.url = ""
        private, public = folder / "signing.json", folder / "public.json"
        self._command("registry", "keys", "signing", "create", "--output", private, "--public", public)
        self.publisher = self._key("ci", "publish", "read", "admin")
        self.router = self._key("router", "read", "report")
        self.environment = {"HANSE_REGISTRY_SIGNING_KEY_FILE": str(private)}

    @property
    def store(self) -> ServerStore:
        """The registry, as the commands use it."""
        return ServerStore(self.url, "main", self.publisher)

    def publish(self, sdl: str) -> None:
        """Publish the subgraph's schema with the command."""
        file = self.folder / "shop.graphql"
        file.write_text(sdl)
        given = ("--subgraph", "shop", "--schema", file, "--url", self.subgraph, "--registry", self.url)
        self._command("schema", "publish", *given, HANSE_REGISTRY_KEY=self.publisher)

    def create_branch(self, name: str, sdl: str) -> None:
        """Create a feature branch with another schema of the subgraph."""
        self.store.create_branch("production", name, Author())
        publish = Publish(subgraph="shop", sdl=sdl, url=self.subgraph)
        self.store.publish(Line("production", name), publish, Author())

    def router_file(self) -> Path:
        """Settings of a router that follows the registry."""
        file = self.folder / "router.yaml"
        file.write_text(f"""
identity: {{ enabled: false }}
supergraph:
  public_keys: {self.folder / "public.json"}
  copy_folder: {self.folder / "copies"}
  interval_seconds: 0.1
  max_retry_seconds: 0.2
branches: {{ header: x-hanse-branch }}
usage: {{ enabled: true, interval_seconds: 0.2 }}
""")
        return file

    @contextlib.contextmanager
    def registry(self) -> Iterator[Running]:
        """The registry while it runs, on the port that it had before."""
        port = self.url.rpartition(":")[2] or "0"
        command = (HANSE, "registry", "--port", port, "--data", self.folder / "data")
        with running(*command, env=self.environment, cwd=self.folder) as process:
            self.url = process.wait_for(r"registry answers on (http://[\d.:]+)")[1]
            yield process

    @contextlib.contextmanager
    def running_router(self) -> Iterator[str]:
        """A router's URL while it runs."""
        source = f"{self.url}/api/graphs/main/variants/production/supergraph"
        env = {"HANSE_ROUTER_SUPERGRAPH__API_KEY": self.router}
        command = (HANSE, "router", "--supergraph", source, "--config", self.router_file(), "--port", "0")
        with running(*command, env=env, cwd=self.folder) as process:
            yield process.wait_for(r"router answers on (http://[\d.:]+)")[1]
            assert self.router not in process.output

    def _key(self, name: str, *scopes: str) -> str:
        options = [part for scope in scopes for part in ("--scope", scope)]
        made = self._command("registry", "keys", "create", name, *options, "--data", self.folder / "data")
        return made.stdout.strip()

    def _command(self, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        done = run_to_end(HANSE, *arguments, env=env, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@contextlib.asynccontextmanager
async def shop() -> AsyncIterator[str]:
    """A subgraph that answers every field."""

    async def answer(request: web.Request) -> web.Response:
        query = (await request.json())["query"]
        return web.json_response({"data": {name: name for name in ("hello", "news", "cart") if name in query}})

    app = web.Application()
    app.router.add_post("/graphql", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}/graphql".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


class Clients:
    """Clients of a router that send requests all the time."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = f"{url}/graphql"
        self.outcomes: Counter[str] = Counter()

    async def send(self, query: str, **headers: str) -> tuple[int, Any]:
        """The status and the body of one request."""
        headers = {"apollographql-client-name": "test", **headers}
        async with self._http.post(self._url, json={"query": query}, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def status(self, query: str, **headers: str) -> int:
        """The status of one request."""
        return (await self.send(query, **headers))[0]

    @contextlib.asynccontextmanager
    async def sending(self, count: int) -> AsyncIterator[None]:
        """While the block runs, so many clients send `{ hello }`."""
        over = asyncio.Event()
        tasks = [asyncio.create_task(self._send_until(over)) for _ in range(count)]
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*tasks)

    async def _send_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            try:
                status, body = await self.send("query Hello { hello }")
                outcome = "ok" if (status, body) == (200, {"data": {"hello": "hello"}}) else f"{status} {body}"
            except aiohttp.ClientError as error:
                outcome = repr(error)
            self.outcomes[outcome] += 1
            await asyncio.sleep(0.002)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


@pytest.mark.timeout(180)
async def test_a_router_follows_publishes_without_a_failed_request(tmp_path: Path) -> None:
    async with shop() as subgraph, aiohttp.ClientSession() as http:
        stage = await asyncio.to_thread(Stage, tmp_path, subgraph)
        with stage.registry():
            await asyncio.to_thread(stage.publish, WITHOUT_NEWS)
            with stage.running_router() as router:
                clients = Clients(http, router)
                async with clients.sending(4):
                    await follow(stage, clients)
                assert clients.outcomes["ok"] > 100
                assert set(clients.outcomes) == {"ok"}, clients.outcomes
                await until(lambda: reported(stage))
        with stage.running_router() as router:  # the registry is unavailable: the copy serves
            assert await Clients(http, router).status("{ hello }") == 200
            async with http.get(f"{router}/health/ready") as response:
                assert (await response.json())["supergraph"]["source"] == "copy"


async def follow(stage: Stage, clients: Clients) -> None:
    """Publish, roll back, and serve a feature branch."""

    async def has_news() -> bool:
        return await clients.status("{ news }") == 200

    async def has_no_news() -> bool:
        return await clients.status("{ news }") == 400

    assert await has_no_news()
    await asyncio.to_thread(stage.publish, NEWS)
    await until(has_news)
    await asyncio.to_thread(stage.store.rollback, "production", 1, Author())
    await until(has_no_news)

    branch = {"x-hanse-branch": "checkout"}
    await asyncio.to_thread(stage.create_branch, "checkout", WITH_CART)

    async def has_cart() -> bool:
        return await clients.status("{ cart }", **branch) == 200

    await until(has_cart)
    assert await clients.status("{ cart }") == 400


async def reported(stage: Stage) -> bool:
    """Whether the registry knows the use of the operation."""
    uses = await asyncio.to_thread(stage.store.operations, "production")
    return any((use.name, use.client, use.signature) == ("Hello", "test", "query Hello { hello }") for use in uses)
