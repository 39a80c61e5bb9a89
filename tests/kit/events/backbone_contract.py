"""From the outbox over the log to the effect: with the change or not at all, once, in order, and past what fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Caller, Client, Principal
from hanse_subgraph.clock import utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.events.consumer import EVERY, BatchHandler, Consumer
from hanse_subgraph.events.counters import EventCounters
from hanse_subgraph.events.data import EventData
from hanse_subgraph.events.envelope import Event, Malformed
from hanse_subgraph.events.inbox import forget_handled
from hanse_subgraph.events.log import EventLog
from hanse_subgraph.events.outbox import EventTooLarge, emit, forget_published, waiting
from hanse_subgraph.events.relay import Relay
from hanse_subgraph.events.sealing import opened
from hanse_subgraph.events.stored_keys import StoredPersonKeys
from hanse_subgraph.events.tables import inbox, outbox
from hanse_subgraph.ids import new_id
from tests.kit.events.logs import LONG, POISON, Logs, come


class BoxMoved(EventData, frozen=True, kw_only=True):
    """A box stands elsewhere now."""

    event_type: ClassVar[str] = "box.moved"
    source: ClassVar[str] = "boxes"
    place: int


async def move_boxes(database: Database, count: int, box: str = "b", *, first: int = 0) -> None:
    """Tell of so many moves of a box, in one transaction."""
    async with database.writing() as session:
        await emit(session, *(BoxMoved(id=box, place=place) for place in range(first, first + count)))


async def behind(log: EventLog, consumer: str) -> int:
    """How much the consumer has not done."""
    return sum((await log.lag(consumer)).values())


async def places(log: EventLog) -> list[int]:
    """What the log tells, once each."""
    reader = log.subscribe("test", ())
    told: dict[str, int] = {}
    while await behind(log, "test"):
        deliveries = await reader.read(limit=5000, wait=LONG)
        for event in (delivery.event for delivery in deliveries):
            assert isinstance(event, Event)
            told.setdefault(event.id, event.data["place"])
        await reader.commit(deliveries)
    return list(told.values())


async def test_an_event_happens_if_and_only_if_the_change_does(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as session:
            await emit(session, BoxMoved(id="b", place=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await move_boxes(database, 1)
    async with database.reading() as session:
        assert [item.event.data["place"] for item in await waiting(session, 10)] == [0]


async def test_an_event_says_who_did_it_and_from_where(database: Database, tmp_path: Path) -> None:
    keys = database.person_keys = StoredPersonKeys(f"sqlite+aiosqlite:///{tmp_path}/person-keys.sqlite")
    async with database.writing() as session:
        session.info["caller"] = Caller(Principal("u1"), Client("10.0.0.1", "Mozilla"))
        await emit(session, BoxMoved(id="b", place=1))
    async with database.reading() as session:
        (item,) = await waiting(session, 10)
    assert (item.event.actor, item.event.clientip, item.event.useragent) == ("u1", None, None)
    (event,) = await opened([item.event], keys)
    assert (event.actor, event.clientip, event.useragent) == ("u1", "10.0.0.1", "Mozilla")
    assert (event.type, event.subject, event.source) == ("box.moved", "b", "/boxes")


async def test_the_relay_moves_everything_once_in_order(database: Database, log: EventLog) -> None:
    await move_boxes(database, 1200)
    relay = Relay(database, log)
    assert [await relay.move() for _ in range(4)] == [500, 500, 200, 0]
    assert await places(log) == list(range(1200))


async def test_several_relays_share_one_outbox(database: Database, log: EventLog) -> None:
    await move_boxes(database, 900)
    relays = [Relay(database, log) for _ in range(4)]
    for _ in range(4):
        await asyncio.gather(*(relay.move() for relay in relays))
    assert await places(log) == list(range(900))


async def test_a_woken_relay_moves_at_once_and_goes_on_after_failures(database: Database, log: EventLog) -> None:
    relay = Relay(database, log)
    async with database.writing_engine.begin() as connection:
        await connection.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.15)
    async with database.writing_engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    await move_boxes(database, 1)
    relay.wake()
    assert await come(log.subscribe("test", ())) != []
    relay.stop()
    async with asyncio.timeout(5):
        await running


async def test_what_was_published_long_ago_is_forgotten(database: Database, log: EventLog) -> None:
    await move_boxes(database, 2)
    await Relay(database, log).move()
    await move_boxes(database, 1)
    async with database.writing() as session:
        await forget_published(session, utc_now())
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(outbox)) == 1


effect = Table("effect", MetaData(), Column("number", Integer, primary_key=True), Column("place", Integer))


class Effects:
    """Handlers that note what they did in the database, and fail as told."""

    def __init__(self) -> None:
        self.failures: dict[int, int] = {}  # by place: how often still

    async def prepare(self, database: Database) -> None:
        """The table of effects."""
        async with database.writing_engine.begin() as connection:
            await connection.run_sync(effect.metadata.create_all)

    async def handle(self, session: AsyncSession, event: Event) -> None:
        """Note the place, then fail if told to."""
        place = event.data["place"]
        await session.execute(insert(effect), {"place": place})
        if self.failures.get(place, 0) > 0:
            self.failures[place] -= 1
            raise ValueError(f"no room at {place}")

    async def seen(self, database: Database) -> list[int]:
        """The places noted, in their order."""
        async with database.reading() as session:
            return list(await session.scalars(select(effect.c.place).order_by(effect.c.number)))


@pytest.fixture
async def effects(database: Database) -> Effects:
    """Effects, none so far."""
    effects = Effects()
    await effects.prepare(database)
    return effects


def consumer(
    database: Database, log: EventLog, effects: Effects, *, attempts: int = 3, counters: EventCounters | None = None
) -> Consumer:
    """A consumer of all events."""
    handlers = {EVERY: effects.handle}
    return Consumer(
        "boxes",
        events=log,
        database=database,
        handlers=handlers,
        attempts=attempts,
        first_pause=0.001,
        counters=counters,
    )


async def tell(log: EventLog, *told: int) -> list[Event]:
    """Append moves to these places."""
    events = [Event(type="box.moved", subject="b", source="/boxes", data={"place": place}) for place in told]
    await log.append(events)
    return events


async def test_each_effect_happens_once(database: Database, log: EventLog, effects: Effects) -> None:
    await tell(log, 1, 2, 3)
    one = consumer(database, log, effects)
    assert await one.step(wait=LONG) == 3
    await log.rewind("boxes")
    assert await one.step(wait=LONG) == 3
    assert await effects.seen(database) == [1, 2, 3]


async def test_two_consumers_of_one_name_share_the_effects(database: Database, log: EventLog, effects: Effects) -> None:
    await tell(log, *range(50))
    both = [consumer(database, log, effects) for _ in range(2)]
    running = [asyncio.create_task(one.run()) for one in both]
    for _ in range(200):
        if not await behind(log, "boxes"):
            break
        await asyncio.sleep(0.1)
    for one in both:
        one.stop()
    await asyncio.gather(*running)
    assert await effects.seen(database) == list(range(50))


async def test_a_failing_event_is_tried_again_and_keeps_its_place(
    database: Database, log: EventLog, effects: Effects
) -> None:
    effects.failures = {2: 2}
    await tell(log, 1, 2, 3)
    await consumer(database, log, effects).step(wait=LONG)
    assert await effects.seen(database) == [1, 2, 3]
    assert await log.dead_letters() == []


async def test_a_poison_event_is_buried_and_the_others_go_on(
    database: Database, log: EventLog, effects: Effects
) -> None:
    effects.failures = {2: 99}
    events = await tell(log, 1, 2, 3)
    one = consumer(database, log, effects)
    await one.step(wait=LONG)
    assert await effects.seen(database) == [1, 3], "nothing of what failed is left"
    (letter,) = await log.dead_letters("boxes")
    assert (letter.event, letter.error, letter.attempts) == (events[1], "ValueError: no room at 2", 3)
    assert await behind(log, "boxes") == 0
    effects.failures = {}
    assert await log.replay("boxes", events[1].id)
    await one.step(wait=LONG)
    assert await behind(log, "boxes") == 0
    assert await effects.seen(database) == [1, 3, 2]
    assert await log.dead_letters() == []


async def test_bytes_that_are_no_event_are_buried_and_the_others_go_on(
    database: Database, log: EventLog, logs: Logs, effects: Effects
) -> None:
    await tell(log, 1)
    await logs.spoil()
    await tell(log, 2)
    one = consumer(database, log, effects)
    async with asyncio.timeout(LONG):
        while await behind(log, "boxes"):
            await one.step(wait=logs.patience)
    assert sorted(await effects.seen(database)) == [1, 2]
    (letter,) = await log.dead_letters("boxes")
    assert isinstance(letter.event, Malformed)
    assert (letter.event.envelope, letter.attempts) == (POISON, 1)
    assert "MalformedEvent" in letter.error
    assert await log.replay("boxes", letter.event.id)
    await one.step(wait=LONG)
    (again,) = await log.dead_letters("boxes")
    assert again.event == letter.event, "it is no event still"


async def test_what_relay_and_consumer_did_is_counted(database: Database, log: EventLog, effects: Effects) -> None:
    counters = EventCounters()
    await move_boxes(database, 5)
    await Relay(database, log, counters=counters).move()
    effects.failures = {2: 2, 3: 99}  # what fails in a batch is tried by itself at once, which is no retry
    one = consumer(database, log, effects, counters=counters)
    await one.step(wait=LONG)
    await log.rewind("boxes")
    await one.step(wait=LONG)
    assert counters == EventCounters(relayed=5, handled=4, repeated=4, retried=1 + 2 + 1, buried=2)


async def test_what_was_handled_long_ago_is_forgotten(database: Database, log: EventLog, effects: Effects) -> None:
    await tell(log, 1, 2)
    await consumer(database, log, effects).step(wait=LONG)
    for ago, left in ((timedelta(days=1), 2), (timedelta(0), 0)):
        async with database.writing() as session:
            await forget_handled(session, "other", utc_now())
            await forget_handled(session, "boxes", utc_now() - ago)
            assert await session.scalar(select(func.count()).select_from(inbox)) == left


async def test_an_event_that_no_log_would_take_is_not_emitted(database: Database) -> None:
    async with database.writing() as session:
        with pytest.raises(EventTooLarge, match=r"box\.moved"):
            await emit(session, BoxMoved(id="b" * 1_000_000, place=1))


async def test_a_single_attempt_is_a_single_attempt(database: Database, log: EventLog, effects: Effects) -> None:
    effects.failures = {1: 99}
    await tell(log, 1)
    await consumer(database, log, effects, attempts=1).step(wait=LONG)
    assert effects.failures == {1: 98}
    assert len(await log.dead_letters()) == 1


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_in_a_batch_too_an_event_is_tried_just_so_often(
    database: Database, log: EventLog, effects: Effects, attempts: int, together: bool
) -> None:
    """Two fail; the others have their effect, and nothing is tried more often than it may be."""
    tries: Counter[int] = Counter()
    effects.failures = {2: 99, 4: 99}

    async def one(session: AsyncSession, event: Event) -> None:
        tries[event.data["place"]] += 1
        await effects.handle(session, event)

    async def all_of(session: AsyncSession, events: Sequence[Event]) -> None:
        tries.update(event.data["place"] for event in events)
        for event in events:
            await effects.handle(session, event)

    handlers = {EVERY: BatchHandler(all_of) if together else one}
    await tell(log, 1, 2, 3, 4, 5)
    boxes = Consumer("boxes", events=log, database=database, handlers=handlers, attempts=attempts, first_pause=0.001)
    async with asyncio.timeout(LONG):
        while await behind(log, "boxes"):
            await boxes.step(wait=LONG)
    assert sorted(await effects.seen(database)) == [1, 3, 5]
    assert (tries[2], tries[4]) == (attempts, attempts)
    assert [letter.attempts for letter in await log.dead_letters("boxes")] == [attempts] * 2


async def test_a_consumer_hears_only_what_it_handles(database: Database, log: EventLog, effects: Effects) -> None:
    await tell(log, 1)
    await log.append([Event(type="box.opened", subject="b", source="/boxes", data={}, id=new_id())])
    one = Consumer("boxes", events=log, database=database, handlers={"box.moved": effects.handle})
    assert await one.step(wait=LONG) == 1
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(inbox)) == 1


async def test_a_consumer_stops_at_once_whatever_it_waits_for(
    database: Database, log: EventLog, effects: Effects
) -> None:
    waiting_for_events = consumer(database, log, effects)
    effects.failures = {1: 99}
    waiting_to_retry = Consumer(
        "other", events=log, database=database, handlers={EVERY: effects.handle}, first_pause=60
    )
    running = [asyncio.create_task(one.run()) for one in (waiting_for_events, waiting_to_retry)]
    await asyncio.sleep(0.1)
    await tell(log, 1)
    await asyncio.sleep(0.2)
    async with asyncio.timeout(2):
        for one in (waiting_for_events, waiting_to_retry):
            one.stop()
        await asyncio.gather(*running)
    assert [letter.consumer for letter in await log.dead_letters()] in ([], ["boxes"]), "nothing was given up by that"


async def test_a_consumer_that_is_stopped_before_it_reads_ends_at_once(
    database: Database, log: EventLog, effects: Effects
) -> None:
    one = consumer(database, log, effects)
    running = asyncio.create_task(one.run())
    await asyncio.sleep(0)  # it tidies
    one.stop()
    done, _ = await asyncio.wait([running], timeout=2)  # a time-out that cancels would end it too
    assert done
