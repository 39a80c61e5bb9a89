"""Subgraphs as processes of their own: over HTTP and WebSocket, with the events going between them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect

from hanse_subgraph.ids import new_id
from tests.subgraphs.harness import Router

CREATE = """mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id } }"""
LIVE = "subscription { liveStats(intervalMs: 100) { products } }"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(name: str, folder: Path, router: Router, **settings: str) -> AsyncIterator[str]:
    """A subgraph in a process of its own; its address, `127.0.0.1:PORT`."""
    code = (
        f"from subgraphs.{name}.app import create; from subgraphs.{name}.settings import {name.title()}Settings; "
        "from hanse_subgraph.http import http_app; "
        f"import uvicorn, sys; uvicorn.run(http_app(create({name.title()}Settings.load())), port=int(sys.argv[1]), "
        "log_level='warning')"
    )
    port = free_port()
    settings |= {"data_dir": str(folder), "router_jwks_url": router.jwks_url}
    environment = {f"HANSE_{name}_{key}".upper(): value for key, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(port), env={**os.environ, **environment}
    )
    try:
        await ready(f"http://127.0.0.1:{port}/health/ready", process)
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            await process.wait()


async def ready(url: str, process: asyncio.subprocess.Process) -> None:
    """Until it answers that it is ready."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        while process.returncode is None:
            try:
                async with http.get(url) as reply:
                    if reply.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"ended with {process.returncode}")


async def post(address: str, query: str, headers: dict[str, str], path: str = "/graphql") -> tuple[int, Any]:
    """Status and decoded body of a reply."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"http://{address}{path}", json={"query": query}, headers=headers) as reply,
    ):
        return reply.status, await reply.json()


async def emitted(address: str, wanted: set[str]) -> set[str]:
    """The metrics, once they contain these lines: rows are marked shortly after they are published."""
    async with asyncio.timeout(10), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"http://{address}/metrics") as reply:
                lines = set((await reply.text()).splitlines())
            if wanted <= lines:
                return lines
            await asyncio.sleep(0.05)


async def send(socket: ClientConnection, **message: Any) -> None:
    """Say something over a WebSocket."""
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection) -> Any:
    """The next message."""
    async with asyncio.timeout(10):
        return json.loads(await socket.recv())


async def test_live_stats_see_what_another_process_did(tmp_path: Path, router: Router) -> None:
    async with AsyncExitStack() as stack:
        both = [stack.enter_async_context(serving(name, tmp_path, router)) for name in ("catalog", "analytics")]
        catalog, analytics = [await one for one in both]
        headers = router.headers("catalog", new_id(), scope="catalog:write")
        token = router.headers("analytics")["authorization"]
        async with connect(f"ws://{analytics}/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await send(socket, type="connection_init", payload={"Authorization": token})
            assert await heard(socket) == {"type": "connection_ack"}
            await send(socket, type="subscribe", id="1", payload={"query": LIVE})
            first = await heard(socket)
            assert first == {"id": "1", "type": "next", "payload": {"data": {"liveStats": {"products": 0}}}}
            assert (await post(catalog, CREATE, headers))[0] == 200
            assert (await heard(socket))["payload"]["data"] == {"liveStats": {"products": 1}}
            wanted = {
                'hanse_events_relayed_total{subgraph="catalog"} 1.0',
                'hanse_outbox_waiting{subgraph="catalog"} 0.0',
                'hanse_consumer_lag{consumer="catalog",part="events"} 0.0',
            }
            await emitted(catalog, wanted)
            handled = 'hanse_events_handled_total{subgraph="analytics"} 1.0'
            await emitted(analytics, {handled, 'hanse_consumer_lag{consumer="analytics",part="events"} 0.0'})
            await send(socket, type="subscribe", id="2", payload={"query": "{ stats { products } }"})
            assert (await heard(socket))["payload"] == {"data": {"stats": {"products": 1}}}
            assert await heard(socket) == {"type": "complete", "id": "2"}
            await send(socket, type="subscribe", id="3", payload={"query": "{ nothing }"})
            error = await heard(socket)
            assert (error["type"], error["id"]) == ("error", "3")
            assert error["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
            await send(socket, type="complete", id="1")
            await send(socket, type="ping")
            assert await heard(socket) == {"type": "pong"}


async def test_the_http_face(tmp_path: Path, router: Router) -> None:
    async with serving("users", tmp_path, router, max_body_bytes="2000") as users:
        status, reply = await post(users, "{ me { id } }", {})
        assert (status, reply["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
        status, reply = await post(users, "{ user(id: 1) { id } }", router.headers("users"))
        assert (status, reply) == (200, {"data": {"user": None}})
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://{users}/.well-known/jwks.json") as keys:
                assert [key["alg"] for key in (await keys.json())["keys"]] == ["EdDSA"]
            async with http.post(f"http://{users}/graphql", data=b"{", headers=router.headers("users")) as answer:
                assert answer.status == 400
            large = b" " * 2001
            async with http.post(f"http://{users}/graphql", data=large, headers=router.headers("users")) as answer:
                assert answer.status == 413
        await refused_sockets(users, router)


async def test_while_the_routers_keys_are_away_nobody_is_told_to_sign_in(tmp_path: Path) -> None:
    router = Router(tmp_path)
    router.public_file.unlink()
    async with serving("users", tmp_path, router) as users:
        headers = router.headers("users")
        status, reply = await post(users, "{ me { id } }", headers)
        assert (status, reply["errors"][0]["extensions"]["code"]) == (503, "SERVICE_UNAVAILABLE")
        async with aiohttp.ClientSession() as http:
            with aiohttp.MultipartWriter("form-data") as form:
                async with http.post(f"http://{users}/graphql", data=form, headers=headers) as answer:
                    assert answer.status == 503
        async with connect(f"ws://{users}/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await send(socket, type="connection_init", payload=headers)
            async with asyncio.timeout(10):
                await socket.wait_closed()
            assert socket.close_code == 1013


async def refused_sockets(users: str, router: Router) -> None:
    """What a client does wrong, and the code that its socket is closed with."""
    init = {"type": "connection_init", "payload": router.headers("users")}
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": "{ user(id: 1) { id } }"}}
    wrongs: dict[int, list[Any]] = {
        4400: ["nonsense"],
        4401: [subscribe],
        4403: [{"type": "connection_init"}],
        4429: [init, init],
    }
    for code, messages in wrongs.items():
        async with connect(f"ws://{users}/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            for message in messages:
                await socket.send(json.dumps(message))
            async with asyncio.timeout(10):
                await socket.wait_closed()
            assert socket.close_code == code
