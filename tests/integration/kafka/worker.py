"""A process that relays and consumes until it is told to stop; for tests to start several of, and to kill.

Arguments: the URLs of database and log.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from sqlalchemy import Column, Integer, MetaData, String, Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.project import PROJECT
from hanse_subgraph.db import Database
from hanse_subgraph.events.consumer import EVERY, Consumer
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.events.relay import Relay

# Without any constraint that would hide an effect that happens twice.
effect = Table(
    "effect",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("box", String(64)),
    Column("place", Integer),
)


async def move(session: AsyncSession, event: Event) -> None:
    """The effect of an event."""
    await session.execute(insert(effect), {"box": event.subject, "place": event.data["place"]})


async def main(database_url: str, events_url: str) -> None:
    """Work until SIGTERM."""
    database = Database(database_url)
    events = await open_event_log(events_url, PROJECT.platform().topics)
    runners: list[Relay | Consumer] = [
        Relay(database, events),
        Consumer("boxes", events=events, database=database, handlers={EVERY: move}),
    ]

    def stop() -> None:
        for runner in runners:
            runner.stop()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    print("ready", flush=True)
    await asyncio.gather(*(runner.run() for runner in runners))
    await events.close()
    await database.close()


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    asyncio.run(main(*sys.argv[1:]))
