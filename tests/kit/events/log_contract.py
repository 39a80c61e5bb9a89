"""What every event log does: durable, in order, shared between processes, each consumer at its own pace."""

from __future__ import annotations

import asyncio
import time

import pytest

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.log import DeadLetter, EventLog
from tests.kit.events.logs import LONG, Logs, come


def happened(kind: str = "a.b", subject: str = "s") -> Event:
    """Something."""
    return Event(type=kind, subject=subject, source="/test", data={})


async def test_events_come_in_order_until_they_are_committed(log: EventLog, logs: Logs) -> None:
    events = [happened() for _ in range(5)]
    assert await log.append(events[:3]) == {}
    await log.append(events[3:])
    reader = log.subscribe("c", ())
    first = await reader.read(limit=3, wait=LONG)
    assert [delivery.event for delivery in first] == events[:3]
    again = await reader.read(limit=2, wait=LONG)
    assert [delivery.event for delivery in again] == events[:2], "what is not committed comes again"
    await reader.commit(again[:1])
    assert [delivery.event for delivery in await reader.read(limit=2, wait=LONG)] == events[1:3]
    await reader.commit(first[:3])
    await reader.commit(first[:1])
    (rest,) = [await reader.read(limit=10, wait=LONG)]
    assert [delivery.event for delivery in rest] == events[3:], "progress never goes back"
    await reader.commit(rest)
    assert await reader.read(limit=10, wait=logs.patience) == []
    assert await come(log.subscribe("another", ()), 5) == events


async def test_a_consumer_hears_the_types_it_wants(log: EventLog, logs: Logs) -> None:
    await log.append([happened("a.b"), wanted := happened("c.d"), happened("a.b")])
    reader = log.subscribe("c", ("c.d", "e.f"))
    assert await come(reader) == [wanted]
    assert await reader.read(limit=10, wait=logs.patience) == []
    assert sum((await log.lag("c", ("c.d", "e.f"))).values()) == 0


async def test_what_was_skipped_is_passed(log: EventLog, logs: Logs) -> None:
    await log.append([happened("a.b") for _ in range(10)])
    reader = log.subscribe("c", ("c.d",))
    async with asyncio.timeout(LONG):
        while sum((await log.lag("c", ("c.d",))).values()):
            assert await reader.read(limit=10, wait=logs.patience) == []


async def test_a_reader_waits_no_longer_than_it_says(log: EventLog) -> None:
    reader = log.subscribe("c", ())
    await reader.read(limit=1, wait=0)
    started = time.monotonic()
    assert await reader.read(limit=1, wait=0.2) == []
    assert 0.15 < time.monotonic() - started < 2


@pytest.mark.parametrize("same", [True, False], ids=["through the same hold", "through another"])
async def test_a_waiting_reader_wakes(log: EventLog, logs: Logs, same: bool) -> None:
    other = log if same else await logs.open()
    reader = log.subscribe("c", ())
    await reader.read(limit=1, wait=0)
    reading = asyncio.create_task(reader.read(limit=1, wait=LONG))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await other.append([event := happened()])
    (delivery,) = await reading
    assert delivery.event == event
    assert time.monotonic() - started < 2


async def test_what_was_appended_is_there_after_reopening(logs: Logs) -> None:
    log = await logs.open()
    await log.append([first := happened(), second := happened()])
    reader = log.subscribe("c", ())
    await reader.commit((await reader.read(limit=2, wait=LONG))[:1])
    await logs.close(log)
    log = await logs.open()
    assert await come(log.subscribe("c", ())) == [second]
    await log.rewind("c")
    assert await come(log.subscribe("c", ()), 2) == [first, second]


async def test_many_appending_at_once_lose_nothing(logs: Logs) -> None:
    holds = [await logs.open() for _ in range(4)]
    events = [[happened() for _ in range(10)] for _ in holds]

    async def append(log: EventLog, own: list[Event]) -> None:
        for event in own:
            await log.append([event])

    await asyncio.gather(*(append(log, own) for log, own in zip(holds, events, strict=True)))
    found = await come(holds[0].subscribe("c", ()), 40)
    assert len(found) == 40
    for own in events:
        assert [event for event in found if event in own] == own, "each one's events in their order"


async def test_each_subject_keeps_its_order(log: EventLog) -> None:
    events = [happened("user.told", f"u{number % 40}") for number in range(2000)]
    for start in range(0, 2000, 300):
        await log.append(events[start : start + 300])
    found = await come(log.subscribe("c", ("user.told",)), 2000)
    for subject in {event.subject for event in events}:
        own = [event for event in events if event.subject == subject]
        assert [event for event in found if isinstance(event, Event) and event.subject == subject] == own


async def test_lag_counts_what_is_not_committed(log: EventLog) -> None:
    await log.append([happened("user.told", f"u{number}") for number in range(20)])
    assert sum((await log.lag("c", ("user.told",))).values()) == 20
    reader = log.subscribe("c", ("user.told",))
    await come(reader, 20)
    assert sum((await log.lag("c", ("user.told",))).values()) == 0
    assert sum((await log.lag("another", ("user.told",))).values()) == 20


async def test_dead_letters_are_kept_and_replayed(log: EventLog, logs: Logs) -> None:
    event = happened()
    await log.append([event])
    reader = log.subscribe("c", ())
    (delivery,) = await reader.read(limit=1, wait=LONG)
    letter = DeadLetter("c", event, "ValueError: no", 5)
    await log.bury(letter)
    await reader.commit([delivery])
    assert (await log.dead_letters(), await log.dead_letters("other")) == ([letter], [])
    assert await reader.read(limit=1, wait=logs.patience) == []
    assert await log.replay("other", event.id) is False
    assert await log.replay("c", event.id) is True
    assert await log.dead_letters() == []
    (again,) = await reader.read(limit=10, wait=LONG)
    assert again.event == event
    await log.bury(worse := DeadLetter("c", event, "ValueError: still not", 5))
    assert await log.dead_letters("c") == [worse]
    await reader.commit([again])
    assert await reader.read(limit=1, wait=logs.patience) == []
    assert await log.dead_letters("c") == [worse]
