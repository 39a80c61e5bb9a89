"""The measurements of our code: mutations, relay, consumer, and the delay from a commit to `liveStats`."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from deploy.platform import Outside, Platform
from deploy.servers.base import ServerProcess
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.events.relay import Relay
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.analytics.app import create as create_analytics
from subgraphs.analytics.settings import AnalyticsSettings
from subgraphs.catalog.app import create as create_catalog
from subgraphs.catalog.events import ProductStockChanged
from subgraphs.catalog.settings import CatalogSettings
from subgraphs.users.keys import SigningKeys

CREATE = {"query": 'mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id } }'}
LIVE = "subscription { liveStats(intervalMs: 100) { products } }"
QUIET = 0.15  # seconds between two mutations, so that no update waits for the interval


class Signer:
    """Signs tokens, as the router does."""

    def __init__(self, folder: Path) -> None:
        self._keys = SigningKeys(folder / "signing.json")
        self._keys.open()
        self.jwks_url = self._keys.public_file.as_uri()

    def token(self, audience: str) -> str:
        """A token of a new user with the scope catalog:write."""
        claims = {"iss": "hanse-router", "aud": audience, "exp": int(time.time()) + 600, "sub": new_id()}
        return f"Bearer {self._keys.sign({**claims, 'scope': 'catalog:write'})}"


@asynccontextmanager
async def subgraphs(folder: Path, outside: Outside, signer: Signer) -> AsyncIterator[dict[str, str]]:
    """Run catalog and analytics as processes; yields their URLs."""
    names = ("catalog", "analytics")
    trusted = {f"HANSE_{name.upper()}_ROUTER_JWKS_URL": signer.jwks_url for name in names}
    platform = Platform(folder, outside, variables=trusted)
    await asyncio.to_thread(platform.prepare)
    processes = [ServerProcess(platform.subgraphs[name], folder / f"{name}.log") for name in names]
    try:
        for process in processes:
            await asyncio.to_thread(process.start)
        yield {name: platform.subgraphs[name].url for name in names}
    finally:
        for process in processes:
            await asyncio.to_thread(process.stop)


async def mutations(urls: Mapping[str, str], signer: Signer, *, clients: int, seconds: float) -> float:
    """Acknowledged mutations per second, each in its own transaction with an event, by `clients`."""
    headers = {"authorization": signer.token("catalog")}
    end = time.perf_counter() + seconds

    async def mutate(http: aiohttp.ClientSession) -> int:
        done = 0
        while time.perf_counter() < end:
            await created(http, urls["catalog"])
            done += 1
        return done

    async with aiohttp.ClientSession(headers=headers) as http:
        return sum(await asyncio.gather(*(mutate(http) for _ in range(clients)))) / seconds


async def created(http: aiohttp.ClientSession, url: str) -> None:
    """Create a product."""
    async with http.post(f"{url}/graphql", json=CREATE) as reply:
        answer = await reply.json()
        assert "errors" not in answer, answer


async def delays(urls: Mapping[str, str], signer: Signer, count: int) -> list[float]:
    """The seconds from the acknowledgement of each mutation until `liveStats` counts it."""
    found: list[float] = []
    async with aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"{urls['analytics']}/graphql", protocols=("graphql-transport-ws",))
        await _said(socket, type="connection_init", payload={"Authorization": signer.token("analytics")})
        await socket.receive_json()
        await _said(socket, type="subscribe", id="1", payload={"query": LIVE})
        products = await settled(socket)
        async with aiohttp.ClientSession(headers={"authorization": signer.token("catalog")}) as seller:
            for _ in range(count):
                await created(seller, urls["catalog"])
                acknowledged = time.perf_counter()
                while _products(await socket.receive_json()) <= products:
                    pass
                found.append(max(time.perf_counter() - acknowledged, 0))
                products += 1
                await asyncio.sleep(QUIET)
        await socket.close()
    return found


async def settled(socket: aiohttp.ClientWebSocketResponse) -> int:
    """The number of products once it has not changed for a second: all events are counted."""
    products = _products(await socket.receive_json())
    while True:
        try:
            async with asyncio.timeout(1):
                message = await socket.receive()
        except TimeoutError:
            return products
        products = _products(json.loads(message.data))


async def _said(socket: aiohttp.ClientWebSocketResponse, **message: Any) -> None:
    await socket.send_json(message)


def _products(message: Any) -> int:
    count: int = message["payload"]["data"]["liveStats"]["products"]
    return count


async def relayed_and_consumed(folder: Path, outside: Outside, count: int) -> tuple[float, float]:
    """Events per second from outbox to log, and from log to analytics, measured one after the other."""
    alone: dict[str, Any] = {
        "events_url": outside.events,
        "person_keys_url": f"sqlite+aiosqlite:///{folder / 'person-keys.sqlite'}",
        "relay_events": False,
        "consume_events": False,
    }
    catalog = create_catalog(CatalogSettings.load(data_dir=folder, database_url=outside.databases["catalog"], **alone))
    analytics = create_analytics(
        AnalyticsSettings.load(data_dir=folder, database_url=outside.databases["analytics"], **alone)
    )
    await catalog.start()
    await analytics.start()
    try:
        await _fill(catalog, count)
        return await _relay(catalog), await _consume(analytics)
    finally:
        await analytics.stop()
        await catalog.stop()


async def _fill(catalog: SubgraphApp, count: int) -> None:
    """Fill the outbox with events of a thousand products."""
    products = [new_id() for _ in range(1000)]
    for start in range(0, count, 1000):
        async with catalog.database.writing() as session:
            numbers = range(start, min(start + 1000, count))
            await emit(
                session, *(ProductStockChanged(id=products[number % 1000], delta=1, stock=1) for number in numbers)
            )


async def _relay(catalog: SubgraphApp) -> float:
    assert catalog.events is not None
    relay = Relay(catalog.database, catalog.events)
    moved = await relay.move()  # the first connects
    started = time.perf_counter()
    done = 0
    while moved := await relay.move():
        done += moved
    return done / (time.perf_counter() - started)


async def _consume(analytics: SubgraphApp) -> float:
    assert analytics.events is not None
    consumer = analytics.consumer()
    await consumer.step(wait=10)  # the first joins
    behind = sum((await analytics.events.lag(analytics.name)).values())
    started = time.perf_counter()
    done = 0
    while done < behind:
        done += await consumer.step(wait=10)
    seconds = time.perf_counter() - started
    await consumer.close()
    return done / seconds
