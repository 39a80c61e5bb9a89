"""Registry servers of the tests: in a thread, on a free port of this machine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

from hanse.registry.client import ServerStore
from hanse.registry.server.app import RegistryApp, open_database
from hanse.registry.server.http import http_app
from hanse.registry.server.keys import ApiKey, Scope, create_key, revoke_key
from hanse.registry.server.settings import RegistrySettings
from hanse.serving import address_of, listen
from hanse_subgraph.clock import utc_now

START_SECONDS = 30.0


@dataclass(frozen=True)
class RunningRegistry:
    """A running server: its URL, and the settings with its database."""

    url: str
    settings: RegistrySettings
    app: RegistryApp

    def create_key(
        self,
        *scopes: Scope,
        graphs: Iterable[str] = (),
        subgraphs: Iterable[str] = (),
        name: str = "",
        expires_at: datetime | None = None,
    ) -> str:
        """A new API key; without scopes, one that may do everything."""
        key = ApiKey(
            id="",
            name=name or f"key-{time.monotonic_ns()}",
            scopes=frozenset(scopes or [Scope.ADMIN]),
            graphs=frozenset(graphs),
            subgraphs=frozenset(subgraphs),
            created_at=utc_now(),
            expires_at=expires_at,
        )

        async def create() -> str:
            database = open_database(self.settings)
            try:
                async with database.writing() as session:
                    return await create_key(session, key, by="tests")
            finally:
                await database.close()

        return asyncio.run(create())

    def revoke_key(self, name: str) -> None:
        """Revoke an API key."""

        async def revoke() -> None:
            database = open_database(self.settings)
            try:
                async with database.writing() as session:
                    await revoke_key(session, name, utc_now(), by="tests")
            finally:
                await database.close()

        asyncio.run(revoke())

    def store(self, key: str, graph: str = "shop") -> ServerStore:
        """The store of a graph with the rights of a key."""
        return ServerStore(self.url, graph, key)


@contextmanager
def running_registry(folder: Path, database_url: str = "", **settings: Any) -> Iterator[RunningRegistry]:
    """A server while the block runs; its database is by default a file in the folder."""
    given = RegistrySettings.load(data_dir=folder, database_url=database_url, **settings)
    app = RegistryApp(given)
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(http_app(app), log_level="warning", lifespan="on"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), name="registry server")
    thread.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            assert thread.is_alive(), "the registry did not start"
            assert time.monotonic() < deadline, "the registry did not start in time"
            time.sleep(0.01)
        yield RunningRegistry(address_of(listener), given, app)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        assert not thread.is_alive(), "the registry did not stop"


__all__ = ["RunningRegistry", "running_registry"]
