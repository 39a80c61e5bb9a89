"""Several relays of one database: each event once at least, and those of one aggregate in their order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import pytest

from hanse_subgraph.db import Database
from hanse_subgraph.events.counters import EventCounters
from hanse_subgraph.events.embedded import EmbeddedLog
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.log import DeadLetter, EventLog, LogUnavailable, Subscription
from hanse_subgraph.events.outbox import count_waiting
from hanse_subgraph.events.relay import Relay
from tests.kit.events.backbone_contract import move_boxes

BOXES = 40
MOVES = 60


class SlowLog(EventLog):
    """A log that takes each event by itself and in its own time, so that two appends at once are mixed.

    It fails now and then, having taken some; of a subject in `refusing` it takes nothing.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.appended: list[Event] = []
        self.refusing: set[str] = set()
        self.available = True

    async def append(self, events: Sequence[Event]) -> Mapping[str, str]:
        for event in events:
            await asyncio.sleep(self.chance.choice((0, 0, 0, 0.001)))
            if not self.available or self.chance.random() < 0.002:
                raise LogUnavailable("no answer")
            if event.subject not in self.refusing:
                self.appended.append(event)
        return {event.id: "too large" for event in events if event.subject in self.refusing}

    def subscribe(self, consumer: str, types: Collection[str]) -> Subscription:
        raise NotImplementedError

    def history(self, event_type: str) -> AsyncIterator[Event]:
        raise NotImplementedError

    async def bury(self, letter: DeadLetter) -> None:
        raise NotImplementedError

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        raise NotImplementedError

    async def replay(self, consumer: str, event_id: str) -> bool:
        raise NotImplementedError

    async def rewind(self, consumer: str, types: Collection[str] = ()) -> None:
        raise NotImplementedError

    async def lag(self, consumer: str, types: Collection[str] = ()) -> Mapping[str, int]:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is held."""

    def first_told(self) -> dict[str, list[int]]:
        """By box: the places in the order in which each was told for the first time."""
        told: dict[str, dict[int, None]] = defaultdict(dict)
        for event in self.appended:
            told[event.subject].setdefault(event.data["place"])
        return {box: list(places) for box, places in told.items()}


async def drained(database: Database, seconds: float = 60) -> None:
    """Until nothing waits in the outbox."""
    async with asyncio.timeout(seconds):
        while True:
            async with database.reading() as session:
                if not await count_waiting(session):
                    return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("seed", range(3))
async def test_racing_relays_keep_each_aggregate_in_order(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    log = SlowLog(chance)
    counts = [EventCounters() for _ in range(3)]
    relays = [Relay(database, log, counters=counters) for counters in counts]
    running = [asyncio.create_task(relay.run()) for relay in relays]

    async def write(box: str) -> None:
        """Its moves, one transaction after another, of several moves each."""
        place = 0
        while place < MOVES:
            count = min(chance.randint(1, 6), MOVES - place)
            await move_boxes(database, count, box, first=place)
            place += count
            chance.choice(relays).wake()
            await asyncio.sleep(0)  # else who returns a connection takes it again, before those who wait for one

    await asyncio.gather(*(write(f"b{number}") for number in range(BOXES)))
    await drained(database)
    for relay in relays:
        relay.stop()
    await asyncio.gather(*running)
    assert log.first_told() == {f"b{number}": list(range(MOVES)) for number in range(BOXES)}
    assert sum(counters.relayed for counters in counts) == BOXES * MOVES, "each was marked once"
    if not database.is_sqlite:
        assert all(counters.relayed > 0 for counters in counts), "all of them had a share"


async def test_one_aggregate_alone_is_moved_by_one_relay_at_a_time(database: Database) -> None:
    log = SlowLog(random.Random(1))
    relays = [Relay(database, log) for _ in range(3)]
    running = [asyncio.create_task(relay.run()) for relay in relays]
    await move_boxes(database, 1500)
    for relay in relays:
        relay.wake()
    await drained(database)
    for relay in relays:
        relay.stop()
    await asyncio.gather(*running)
    assert log.first_told() == {"b": list(range(1500))}


async def test_the_outbox_grows_while_the_log_is_away_and_drains_after(database: Database) -> None:
    log = SlowLog(random.Random(1))
    log.available = False
    relay = Relay(database, log)
    running = asyncio.create_task(relay.run())
    for box in range(5):
        await move_boxes(database, 3, f"b{box}")
        relay.wake()
        await asyncio.sleep(0.05)
    async with database.reading() as session:
        assert await count_waiting(session) == 15
    log.available = True
    await drained(database)
    relay.stop()
    await running
    assert log.first_told() == {f"b{box}": [0, 1, 2] for box in range(5)}


async def test_what_the_log_refuses_waits_and_holds_up_nobody_else(database: Database) -> None:
    log = SlowLog(random.Random(1))
    log.refusing = {"large"}
    counters = EventCounters()
    relay = Relay(database, log, counters=counters)
    await move_boxes(database, 2, "large")
    await move_boxes(database, 2, "small")
    assert await relay.move() == 2
    await move_boxes(database, 1, "small", first=2)
    await move_boxes(database, 1, "large", first=2)
    assert await relay.move() == 1
    assert await relay.move() == 0
    assert (log.first_told(), counters.refused) == ({"small": [0, 1, 2]}, 2)
    log.refusing = set()
    later = Relay(database, log)  # as after HELD_SECONDS
    assert await later.move() == 3
    assert log.first_told()["large"] == [0, 1, 2]


async def test_relays_of_sqlite_take_turns(database: Database, log: EmbeddedLog) -> None:
    if not database.is_sqlite:
        pytest.skip("of SQLite")
    slow = SlowLog(random.Random(1))
    await move_boxes(database, 100)
    first = asyncio.create_task(Relay(database, slow).move())
    await asyncio.sleep(0.02)
    assert await Relay(database, log).move() == 0, "it is the other's turn"
    assert await first == 100
    await move_boxes(database, 1)
    assert await Relay(database, log).move() == 1
