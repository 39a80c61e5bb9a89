"""SIGTERM under load: readiness turns first, requests in flight are completed, and subscribers are disconnected."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from websockets.asyncio.client import connect

from hanse_subgraph.ids import new_id
from tests.e2e.platforms import compose, reserved_port
from tests.e2e.processes import HANSE, Running, running
from tests.subgraphs.harness import Router

REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }"""
DRAIN = "1.5"
CLIENTS = 6


@contextlib.contextmanager
def subgraph(data: Path) -> Iterator[tuple[str, dict[str, str], Running]]:
    """The users subgraph alone: its URL, what its caller sends along, and the process to stop."""
    router = Router(data / "router")
    env = {"HANSE_USERS_DATA_DIR": str(data), "HANSE_USERS_ROUTER_JWKS_URL": router.jwks_url}
    with running(HANSE, "subgraph", "users", "--port", "0", "--drain", DRAIN, env=env) as process:
        yield process.wait_for(r"(http://\S+)/graphql").group(1), router.headers("users", new_id()), process


@contextlib.contextmanager
def router(data: Path) -> Iterator[tuple[str, dict[str, str], Running]]:
    """The router over the users subgraph, likewise."""
    with reserved_port() as port:
        keys = f"http://127.0.0.1:{port}/.well-known/jwks.json"
        env = {"HANSE_USERS_DATA_DIR": str(data), "HANSE_USERS_ROUTER_JWKS_URL": keys}
        with running(HANSE, "subgraph", "users", "--port", "0", env=env) as users:
            supergraph = compose(data, {"users": users.wait_for(r"(http://\S+)").group(1)})
            config = data / "router.yaml"
            config.write_text(json.dumps({"identity": {"key_file": str(data / "router-signing.json")}}))
            files = ("--supergraph", supergraph, "--config", config)
            with running(HANSE, "router", *files, "--port", str(port), "--drain", DRAIN) as process:
                yield process.wait_for(r"(http://\S+)/graphql").group(1), {}, process


@pytest.mark.parametrize("platform", [subgraph, router])
async def test_what_was_sent_is_answered(platform: object, tmp_path: Path) -> None:
    assert callable(platform)
    with platform(tmp_path) as (url, headers, process):
        ready, statuses = asyncio.Event(), []
        ready.set()
        async with aiohttp.ClientSession(headers=headers) as http:

            async def send(client: int) -> None:
                number = 0
                while ready.is_set():
                    number += 1
                    name = f"p{client}x{number}"
                    message = {"email": f"{name}@example.com", "username": name, "password": "nine winds and a bridge"}
                    body = {"query": REGISTER, "variables": {"input": message}}
                    async with http.post(f"{url}/graphql", json=body) as reply:
                        answer = await reply.json()
                        assert "errors" not in answer
                        statuses.append(reply.status)

            async def watch() -> None:
                """As a load balancer does."""
                while ready.is_set():
                    async with http.get(f"{url}/health/ready") as reply:
                        if reply.status == 503:
                            ready.clear()
                    await asyncio.sleep(0.05)

            sending = [asyncio.create_task(send(client)) for client in range(CLIENTS)]
            address = url.replace("http", "ws") + "/graphql"
            async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
                await socket.send(json.dumps({"type": "connection_init", "payload": headers}))
                await socket.recv()
                await asyncio.sleep(1)
                process.process.send_signal(signal.SIGTERM)
                began = time.monotonic()
                async with asyncio.timeout(30):
                    await asyncio.gather(watch(), *sending)
                    await socket.wait_closed()
                assert socket.close_code in (1001, 1012)
        await asyncio.to_thread(process.process.wait, 30)
        assert process.stop() in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 30
        assert set(statuses) == {200}
