"""Statistics: each event counted once, shown live, and counted again from the log."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import orjson
import pytest

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, eventually

STATS = "{ stats { eventsProcessed uniqueUsers users products signIns failedSignIns } }"


def happened(kind: str = "a.b", subject: str | None = None, **more: Any) -> Event:
    """Something that another subgraph tells."""
    return Event(type=kind, subject=subject or new_id(), source="/test", data={}, **more)


@pytest.fixture
def requests(analytics: SubgraphApp, router: Router) -> Person:
    """Who asks."""
    return Person(analytics, router)


async def tell(app: SubgraphApp, *events: Event) -> None:
    """Append to the log."""
    assert app.events is not None
    await app.events.append(events)


async def test_nothing_has_happened_yet(requests: Person) -> None:
    assert set((await requests.get(STATS))["stats"].values()) == {0}


async def test_each_event_counts_once_even_when_told_again(analytics: SubgraphApp, requests: Person) -> None:
    user_id = new_id()
    events = [
        happened("user.registered", user_id, actor=user_id),
        happened("user.signed_in", user_id, actor=user_id),
        happened("sign_in.failed", user_id),
        happened("product.created", actor=user_id),
        happened("product.created", actor=new_id()),
        happened("product.deleted", actor=user_id),
        happened("something.unheard_of"),
    ]
    await tell(analytics, *events)
    await tell(analytics, *events)
    wanted = {"eventsProcessed": 7, "uniqueUsers": 2, "users": 1, "products": 1, "signIns": 1, "failedSignIns": 1}
    await eventually(lambda: requests.get(STATS), {"stats": wanted})
    assert analytics.events is not None
    await analytics.events.rewind("analytics")
    await tell(analytics, happened("product.created", actor=user_id))
    await eventually(lambda: requests.get(STATS), {"stats": wanted | {"eventsProcessed": 8, "products": 2}})


async def test_tasks_are_counted_by_status(analytics: SubgraphApp, requests: Person) -> None:
    def task(kind: str, **message: str) -> Event:
        return Event(type=f"task.{kind}", subject=new_id(), source="/tasks", data=message)

    await tell(
        analytics,
        task("created", status="todo"),
        task("created", status="todo"),
        task("created", status="todo"),
        task("status_changed", before="todo", status="in_progress"),
        task("status_changed", before="in_progress", status="done"),
        task("deleted", status="todo"),
    )
    wanted = {"stats": {"tasks": {"todo": 1, "inProgress": 0, "done": 1, "cancelled": 0}}}
    await eventually(lambda: requests.get("{ stats { tasks { todo inProgress done cancelled } } }"), wanted)


async def test_transactions_are_added_up(analytics: SubgraphApp, requests: Person) -> None:
    def transaction(kind: str, minor: int) -> Event:
        return Event(type=f"transaction.{kind}", subject=new_id(), source="/payments", data={"amountMinor": minor})

    emitted = [("created", 700), ("created", 2**31), ("created", 50), ("paid", 700), ("cancelled", 50)]
    await tell(analytics, *(transaction(kind, minor) for kind, minor in emitted))
    query = "{ stats { totalTransactions totalAmount totalPaidTransactions totalPaidAmount } }"
    wanted = {
        "totalTransactions": 2,
        "totalAmount": str(700 + 2**31),
        "totalPaidTransactions": 1,
        "totalPaidAmount": "700",
    }
    await eventually(lambda: requests.get(query), {"stats": wanted})


async def test_the_bytes_of_files_are_added_up(analytics: SubgraphApp, requests: Person) -> None:
    def file(kind: str, size: int) -> Event:
        return Event(type=f"media.{kind}", subject=new_id(), source="/media", data={"sizeBytes": size})

    await tell(analytics, file("uploaded", 2**31), file("uploaded", 70), file("deleted", 50))
    await eventually(lambda: requests.get("{ stats { mediaBytes } }"), {"stats": {"mediaBytes": str(2**31 + 20)}})


async def test_a_series_has_a_point_for_each_step(analytics: SubgraphApp, requests: Person) -> None:
    for hour, minute in ((9, 59), (10, 0), (10, 30), (12, 0)):
        await tell(analytics, happened("a.b", time=datetime(2026, 3, 1, hour, minute, 7, tzinfo=UTC)))
    await tell(analytics, happened("c.d", time=datetime(2026, 3, 1, 10, 5, tzinfo=UTC)))
    await eventually(lambda: requests.get("{ stats { eventsProcessed } }"), {"stats": {"eventsProcessed": 5}})
    query = """query ($type: String, $step: TimeStep!, $since: DateTime!, $until: DateTime!) {
      activitySeries(step: $step, since: $since, until: $until, eventType: $type) { beginsAt events } }"""
    span = {"since": "2026-03-01T11:10:00+01:00", "until": "2026-03-01T12:00:01Z"}

    async def points(step: str, kind: str | None = None) -> list[int]:
        found = (await requests.get(query, step=step, type=kind, **span))["activitySeries"]
        return [point["events"] for point in found]

    assert await points("HOUR") == [3, 0, 1]
    assert await points("HOUR", "a.b") == [2, 0, 1]
    assert await points("DAY") == [5]
    assert len(await points("MINUTE")) == 111
    first = (await requests.get(query, step="HOUR", **span))["activitySeries"][0]["beginsAt"]
    assert first == "2026-03-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "until"),
        ("2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "since"),
    ],
)
async def test_a_series_has_bounds(requests: Person, since: str, until: str, field: str) -> None:
    answer = await requests(f'{{ activitySeries(step: MINUTE, since: "{since}", until: "{until}") {{ events }} }}')
    assert (answer.codes, answer.fields[0][0]) == (["BAD_USER_INPUT"], field)


async def live(requests: Person, interval: int) -> Any:
    """The subscription's events."""
    query = f"subscription {{ liveStats(intervalMs: {interval}) {{ eventsProcessed }} }}"
    async with aclosing(requests.app.stream(orjson.dumps({"query": query}), requests.headers)) as events:
        async for event in events:
            yield orjson.loads(event)


async def test_live_stats_come_at_once_and_with_each_change(analytics: SubgraphApp, requests: Person) -> None:
    async with asyncio.timeout(10), aclosing(live(requests, 100)) as seen:
        assert await anext(seen) == {"data": {"liveStats": {"eventsProcessed": 0}}}
        for number in range(1, 4):
            await tell(analytics, happened("a.b"))
            assert await anext(seen) == {"data": {"liveStats": {"eventsProcessed": number}}}


async def test_live_stats_come_no_more_often_than_asked_for(analytics: SubgraphApp, requests: Person) -> None:
    async def tell_on() -> None:
        while True:
            await tell(analytics, happened("a.b"))
            await asyncio.sleep(0.02)

    teller = asyncio.create_task(tell_on())
    moments = []
    async with asyncio.timeout(10), aclosing(live(requests, 300)) as seen:
        async for _ in seen:
            moments.append(time.monotonic())
            if len(moments) == 4:
                break
    teller.cancel()
    assert min(after - before for before, after in pairwise(moments)) >= 0.29


async def test_a_wrong_interval_is_refused(requests: Person) -> None:
    async with aclosing(live(requests, 99)) as seen:
        answer = await anext(seen)
    assert answer["errors"][0]["extensions"]["fields"][0]["name"] == "intervalMs"
