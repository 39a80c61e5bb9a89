"""The limits of connections as `hanse router` and `hanse subgraph` serve with them: from settings, on sockets."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from pathlib import Path

from tests.e2e.processes import HANSE, running
from tests.hostile.servers import DEADLINE, client, exchange
from tests.router.platform import supergraph_sdl

HEAD = b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
BROWSER = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept: text/html\r\n\r\n"


def free_port() -> int:
    """A port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def status(answer: bytes) -> int:
    """The status of a response."""
    return int(answer.split()[1])


def get(path: str) -> bytes:
    """A request for a page."""
    return HEAD.replace(b"/health/live", path.encode()) + b"\r\n"


async def check_limits(port: int) -> None:
    """A server with `head_seconds` 0.5 and `max_headers` 20 keeps to them."""
    assert status(await exchange(port, HEAD + b"\r\n")) == 200
    assert status(await exchange(port, HEAD + b"x: " + b"a" * 1_000_000)) == 431
    assert status(await exchange(port, HEAD + b"x: y\r\n" * 20 + b"\r\n")) == 431
    assert status(await exchange(port, HEAD.replace(b"host: x\r\n", b"") + b"\r\n")) == 400
    assert status(await exchange(port, HEAD)) == 408
    async with client(port) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        body = (await reader.read()).partition(b"\r\n\r\n")[2]
        assert json.loads(body) == {"status": "live"}


async def never_read(port: int, path: str) -> None:
    """Ask for a large file several times, read nothing, and wait until the server ends the connection."""
    with socket.socket() as small:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect(("127.0.0.1", port))
        request = get(path).replace(b"connection: close\r\n", b"")
        small.sendall(request * 16)
        deadline = time.monotonic() + DEADLINE
        try:
            while time.monotonic() < deadline:
                small.sendall(b"\r\n")
                await asyncio.sleep(0.05)
        except ConnectionError:
            return
    raise AssertionError("the server waits for a client that does not read")


async def test_the_router(tmp_path: Path) -> None:
    (tmp_path / "supergraph.graphql").write_text(supergraph_sdl())
    operations = free_port()
    env = {
        "HANSE_ROUTER_IDENTITY__KEY_FILE": str(tmp_path / "key.json"),
        "HANSE_ROUTER_SERVER__HEAD_SECONDS": "0.5",
        "HANSE_ROUTER_SERVER__MAX_HEADERS": "20",
        "HANSE_ROUTER_SERVER__WRITE_SECONDS": "0.5",
        "HANSE_ROUTER_SERVER__MIN_BYTES_PER_SECOND": "100000000",
        "HANSE_ROUTER_OPERATIONS__PORT": str(operations),
        "HANSE_ROUTER_OPERATIONS__PAGES": '["metrics", "graphiql"]',
    }
    command = (HANSE, "router", "--supergraph", tmp_path / "supergraph.graphql", "--port", "0")
    with running(*command, env=env) as process:
        port = int((await asyncio.to_thread(process.wait_for, r"http://127\.0\.0\.1:(\d+)/graphql"))[1])
        await check_limits(port)
        await check_limits(operations)
        assert status(await exchange(port, get("/metrics"))) == 404
        metrics = await exchange(operations, get("/metrics"))
        assert b'hanse_refused_total{code="REQUEST_HEADERS_TOO_LARGE"} 4.0' in metrics
        assert b'hanse_refused_total{code="REQUEST_TIMEOUT"} 2.0' in metrics
        assert b"application/json" in await exchange(port, BROWSER)
        assert b"text/html" in await exchange(operations, BROWSER)
        assert b"text/html" not in await exchange(port, BROWSER.replace(b"GET / ", b"GET /graphql "))
        assert b"metrics" not in await exchange(port, get("/"))
        script = re.search(rb'src="\.(/graphiql/[^"]+\.js)"', await exchange(operations, BROWSER))
        assert script is not None
        await never_read(operations, script[1].decode())
        assert status(await exchange(operations, HEAD + b"\r\n")) == 200


async def test_a_subgraph(tmp_path: Path) -> None:
    env = {
        "HANSE_DATA_DIR": str(tmp_path),
        "HANSE_SERVER__HEAD_SECONDS": "0.5",
        "HANSE_CATALOG_SERVER__MAX_HEADERS": "20",
    }
    with running(HANSE, "subgraph", "catalog", "--port", "0", env=env) as process:
        port = int((await asyncio.to_thread(process.wait_for, r"http://127\.0\.0\.1:(\d+)/graphql"))[1])
        await check_limits(port)
