"""The embedded log: durable, shared between processes, each consumer at its own pace."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from shared.config import ConfigError
from shared.events.embedded import EmbeddedLog
from shared.events.envelope import Event
from shared.events.log import DeadLetter, open_event_log


def happened(kind: str = "a.b", subject: str = "s") -> Event:
    """Something."""
    return Event(type=kind, subject=subject, source="/test", data={})


async def read(log: EmbeddedLog, consumer: str = "c", *types: str, limit: int = 100) -> list[Event]:
    """What comes next."""
    return [delivery.event for delivery in await log.read(consumer, types, limit=limit, wait=0)]


async def test_events_come_in_order_until_they_are_committed(log: EmbeddedLog) -> None:
    events = [happened() for _ in range(5)]
    await log.append(events[:3])
    await log.append(events[3:])
    assert await read(log) == events
    assert await read(log, limit=2) == events[:2]
    deliveries = await log.read("c", (), limit=2, wait=0)
    await log.commit("c", deliveries[-1])
    assert await read(log) == events[2:]
    await log.commit("c", deliveries[0])
    assert await read(log) == events[2:], "progress never goes back"
    assert await read(log, "another") == events


async def test_a_consumer_hears_the_types_it_wants(log: EmbeddedLog) -> None:
    await log.append([happened("a.b"), wanted := happened("c.d")])
    assert await read(log, "c", "c.d", "e.f") == [wanted]


async def test_an_event_is_there_once(log: EmbeddedLog) -> None:
    event = happened()
    await log.append([event])
    await log.append([event, other := happened()])
    assert await read(log) == [event, other]


async def test_a_reader_waits_no_longer_than_it_says(log: EmbeddedLog) -> None:
    started = time.monotonic()
    assert await log.read("c", (), limit=1, wait=0.2) == []
    assert 0.15 < time.monotonic() - started < 2


@pytest.mark.parametrize("same", [True, False], ids=["through the same hold", "through another"])
async def test_a_waiting_reader_wakes(log: EmbeddedLog, tmp_path: Path, same: bool) -> None:
    other = log if same else await EmbeddedLog.open(f"{tmp_path}/events.sqlite")
    reader = asyncio.create_task(log.read("c", (), limit=1, wait=10))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await other.append([event := happened()])
    (delivery,) = await reader
    assert delivery.event == event
    assert time.monotonic() - started < 2
    if not same:
        await other.close()


async def test_what_was_appended_is_there_after_reopening(tmp_path: Path) -> None:
    log = await EmbeddedLog.open(f"{tmp_path}/log.sqlite")
    await log.append([first := happened(), second := happened()])
    await log.commit("c", (await log.read("c", (), limit=1, wait=0))[0])
    await log.close()
    log = await EmbeddedLog.open(f"{tmp_path}/log.sqlite")
    assert await read(log) == [second]
    await log.rewind("c")
    assert await read(log) == [first, second]
    await log.close()


async def test_many_appending_at_once_lose_nothing(tmp_path: Path) -> None:
    logs = [await EmbeddedLog.open(f"{tmp_path}/log.sqlite") for _ in range(4)]
    events = [[happened() for _ in range(10)] for _ in logs]
    await asyncio.gather(*(log.append([event]) for log, own in zip(logs, events, strict=True) for event in own))
    found = await read(logs[0])
    assert len(found) == 40
    for own in events:
        assert [event for event in found if event in own] == own, "each one's events in their order"
    for log in logs:
        await log.close()


async def test_dead_letters_are_kept_and_replayed(log: EmbeddedLog) -> None:
    event = happened()
    await log.append([event])
    (delivery,) = await log.read("c", (), limit=1, wait=0)
    letter = DeadLetter("c", event, "ValueError: no", 5)
    await log.bury(letter)
    await log.commit("c", delivery)
    assert (await log.dead_letters(), await log.dead_letters("other"), await read(log)) == ([letter], [], [])
    assert await log.replay("other", event.id) is False
    assert await log.replay("c", event.id) is True
    assert await log.dead_letters() == []
    (again,) = await log.read("c", (), limit=10, wait=0)
    assert again.event == event
    await log.commit("c", again)
    assert await read(log) == []


@pytest.mark.parametrize("url", ["", "embedded:", "kafka", "redis://x"])
async def test_an_unknown_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="embedded:FILE"):
        await open_event_log(url)


async def test_a_file_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="event log") as refused:
        await open_event_log(f"embedded:{tmp_path}/file/events.sqlite")
    assert "\n" not in str(refused.value)
    (tmp_path / "garbage").write_text("this is no database, and long enough to be taken for one" * 30)
    with pytest.raises(ConfigError, match="not a database"):
        await open_event_log(f"embedded:{tmp_path}/garbage")
