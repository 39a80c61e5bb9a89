"""The whole platform in the process of the test, so that its databases can be looked into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.project import PROJECT
from hanse.up import create_subgraphs, embedded_router
from hanse_subgraph.subgraph_app import SubgraphApp

URL = "http://hanse.test"


@asynccontextmanager
async def subgraphs_in_process(folder: Path) -> AsyncIterator[dict[str, SubgraphApp]]:
    """Every subgraph on a folder, running, by name."""
    async with AsyncExitStack() as stack:
        subgraphs = create_subgraphs(PROJECT, folder, URL)
        for app in subgraphs.values():
            await app.start()
            stack.push_async_callback(app.stop)
        yield subgraphs


def client_at(router: Any, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
    """A client of the router at an address."""
    door = httpx.ASGITransport(router, client=(address, 123))
    return httpx.AsyncClient(transport=door, base_url=URL, timeout=60, headers=headers)


@asynccontextmanager
async def router_in_process(folder: Path) -> AsyncIterator[tuple[Any, dict[str, SubgraphApp]]]:
    """The router, and its subgraphs by name."""
    async with subgraphs_in_process(folder) as subgraphs:
        router = embedded_router(PROJECT, subgraphs, folder)
        await router.start()
        try:
            yield router, subgraphs
        finally:
            await router.stop()


@asynccontextmanager
async def platform_in_process(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, SubgraphApp]]]:
    """The router, behind a client, and its subgraphs by name."""
    async with router_in_process(folder) as (router, subgraphs), client_at(router) as client:
        yield client, subgraphs
