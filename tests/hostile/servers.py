"""Applications on real sockets of this machine, served as the commands serve them; and clients of raw bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from uvicorn.server import ServerState

from hanse.http_protocol import watch
from hanse.open_connections import ConnectionRules
from hanse.serving import server_config
from hanse_wire.server_settings import ServerSettings

DEADLINE = 10.0  # seconds
CHUNK = 256 * 1024  # bytes that a client writes at a time


@dataclass
class Served:
    """A server in this event loop."""

    port: int
    state: ServerState

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self.state.connections)


@asynccontextmanager
async def served(app: Any, limits: ServerSettings | None = None) -> AsyncIterator[Served]:
    """Serve an application without lifespan."""
    limits = limits or ServerSettings()
    config = server_config(app, ConnectionRules(limits))
    config.load()
    state = ServerState()

    def protocol() -> asyncio.Protocol:
        made: asyncio.Protocol = config.http_protocol_class(config=config, server_state=state, app_state={})  # type: ignore[call-arg]
        return made

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    watching = asyncio.create_task(watch(state.connections, limits))
    try:
        yield Served(server.sockets[0].getsockname()[1], state)
    finally:
        watching.cancel()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.gather(watching, *state.tasks, return_exceptions=True)


@asynccontextmanager
async def client(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of raw bytes."""
    async with asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()


async def exchange(port: int, request: bytes) -> bytes:
    """All that is received for some bytes until the server ends the connection. The rest of them may be refused."""
    async with client(port) as (reader, writer):
        reading = asyncio.create_task(reader.read())
        for start in range(0, len(request), CHUNK):
            writer.write(request[start : start + CHUNK])
            await asyncio.sleep(0)
            if reading.done():
                break
        return await reading


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds. Raises TimeoutError after the deadline."""
    async with asyncio.timeout(DEADLINE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)
