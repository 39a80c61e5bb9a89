"""A process that creates a product, and then blocks at a given point of the event's processing, to be killed there.

Arguments: the data folder, the URL of the router's keys, a token, and the point.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path

import orjson

from hanse_subgraph.events.consumer import Consumer
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.log import DeadLetter, Delivery, EventLog, Subscription
from hanse_subgraph.events.relay import Relay
from subgraphs.analytics.app import create as create_analytics
from subgraphs.analytics.consumers import HANDLERS
from subgraphs.analytics.settings import AnalyticsSettings
from subgraphs.catalog.app import create as create_catalog
from subgraphs.catalog.settings import CatalogSettings

POINTS = ("committed", "in the log", "counted")
CREATE = """mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id } }"""


class StandingStill(EventLog):
    """An event log that reports one point on stdout, and blocks there."""

    def __init__(self, log: EventLog, point: str) -> None:
        self._log = log
        self._point = point

    async def append(self, events: Sequence[Event]) -> Mapping[str, str]:
        await self.reached("committed")
        refused = await self._log.append(events)
        await self.reached("in the log")
        return refused

    def subscribe(self, consumer: str, types: Collection[str]) -> Subscription:
        return StandingReader(self._log.subscribe(consumer, types), self)

    def history(self, event_type: str) -> AsyncIterator[Event]:
        return self._log.history(event_type)

    async def bury(self, letter: DeadLetter) -> None:
        await self._log.bury(letter)

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        return await self._log.dead_letters(consumer)

    async def replay(self, consumer: str, event_id: str) -> bool:
        return await self._log.replay(consumer, event_id)

    async def rewind(self, consumer: str, types: Collection[str] = ()) -> None:
        await self._log.rewind(consumer, types)

    async def lag(self, consumer: str, types: Collection[str] = ()) -> Mapping[str, int]:
        return await self._log.lag(consumer, types)

    async def close(self) -> None:
        await self._log.close()

    async def reached(self, point: str) -> None:
        if point == self._point:
            print("standing still", flush=True)
            await asyncio.sleep(3600)


class StandingReader(Subscription):
    """A reader of that log."""

    def __init__(self, reader: Subscription, log: StandingStill) -> None:
        self._reader = reader
        self._log = log

    async def read(self, *, limit: int, wait: float) -> list[Delivery]:
        return await self._reader.read(limit=limit, wait=wait)

    async def commit(self, done: Sequence[Delivery]) -> None:
        await self._log.reached("counted")
        await self._reader.commit(done)

    async def stay(self) -> None:
        await self._reader.stay()

    async def close(self) -> None:
        await self._reader.close()


async def main(folder: Path, jwks_url: str, token: str, point: str) -> None:
    """Go as far as the point."""
    common = {"data_dir": folder, "router_jwks_url": jwks_url}
    catalog = create_catalog(CatalogSettings.load(**common, relay_events=False))
    analytics = create_analytics(AnalyticsSettings.load(**common, consume_events=False))
    await catalog.start()
    await analytics.start()
    assert catalog.events is not None
    log = StandingStill(catalog.events, point)
    status, body = await catalog.handle(orjson.dumps({"query": CREATE}), {"authorization": token})
    assert status == 200, body
    await Relay(catalog.database, log).move()
    consumer = Consumer("analytics", events=log, database=analytics.database, handlers=HANDLERS)
    await consumer.step(wait=1)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
