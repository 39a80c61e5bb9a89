"""Rankings, the feed of events, and counting everything again."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.analytics import service
from subgraphs.analytics.models import Activity, Counter
from subgraphs.analytics.rebuild import rebuild
from subgraphs.analytics.settings import AnalyticsSettings
from tests.subgraphs.analytics.test_stats import STATS, happened, tell
from tests.subgraphs.harness import Person, Router, an_admin, eventually, somebody

TOP = "query ($limit: Int! = 10) { topProducts(limit: $limit) { product { id } transactions amount } }"
TOP_USERS = "{ topUsers { user { id } transactions amount } }"
FEED = "subscription ($types: [String!]) { activity(types: $types) { type subject actor { id } data } }"


@pytest.fixture
def requests(analytics: SubgraphApp, router: Router) -> Person:
    """Who asks."""
    return Person(analytics, router)


@pytest.fixture
def admin(analytics: SubgraphApp, router: Router) -> Person:
    """Who may watch."""
    return an_admin(analytics, router, new_id(), "activity:read")


def transaction(kind: str, product: str | None, user: str, minor: int) -> Any:
    """An event of the payments."""
    event = happened(f"transaction.{kind}", actor=user)
    event.data.update({"productId": product, "userId": user, "amountMinor": minor})
    return event


async def counted(requests: Person, events: int) -> None:
    """Wait until so many events were counted."""
    await eventually(lambda: requests.get("{ stats { eventsProcessed } }"), {"stats": {"eventsProcessed": events}})


async def test_products_and_users_are_ranked(analytics: SubgraphApp, requests: Person, admin: Person) -> None:
    (tea, rye, wax), (ann, bob) = [new_id() for _ in range(3)], [new_id() for _ in range(2)]
    await tell(
        analytics,
        transaction("created", tea, ann, 500),
        transaction("created", rye, ann, 700),
        transaction("created", tea, bob, 500),
        transaction("created", wax, bob, 9000),
        transaction("cancelled", wax, bob, 9000),
        transaction("created", None, bob, 5),
        transaction("paid", tea, bob, 500),
        transaction("paid", None, bob, 5),
        transaction("paid", tea, ann, 500),
    )
    await counted(requests, 9)
    assert (await requests.get(TOP))["topProducts"] == [
        {"product": {"id": tea}, "transactions": 2, "amount": "1000"},
        {"product": {"id": rye}, "transactions": 1, "amount": "700"},
    ]
    assert len((await requests.get(TOP, limit=1))["topProducts"]) == 1
    assert (await requests(TOP, limit=101)).fields == [("limit", "OUT_OF_RANGE")]
    assert (await admin.get(TOP_USERS))["topUsers"] == [
        {"user": {"id": bob}, "transactions": 2, "amount": "505"},
        {"user": {"id": ann}, "transactions": 1, "amount": "500"},
    ]


async def test_what_users_pay_is_for_admins(analytics: SubgraphApp, requests: Person, router: Router) -> None:
    assert (await requests(TOP_USERS)).codes == ["UNAUTHENTICATED"]
    assert (await somebody(analytics, router, new_id())(TOP_USERS)).codes == ["FORBIDDEN"]


async def test_admins_watch_what_happens(analytics: SubgraphApp, requests: Person, admin: Person) -> None:
    await tell(analytics, happened("before.it"))
    await counted(requests, 1)
    body = orjson.dumps({"query": FEED, "variables": {"types": ["a.b", "e.f"]}})
    who = new_id()
    async with asyncio.timeout(10), aclosing(analytics.stream(body, admin.headers)) as stream:
        following = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.2)
        secret = happened("a.b", actor=who, private="token")
        secret.data.update({"token": "s3cret", "place": 7})
        await tell(analytics, secret, happened("c.d"), happened("e.f"))
        first, second = orjson.loads(await following), orjson.loads(await anext(stream))
    message = first["data"]["activity"]
    assert message == {"type": "a.b", "subject": secret.subject, "actor": {"id": who}, "data": {"place": 7}}
    assert second["data"]["activity"]["type"] == "e.f"


async def test_watching_is_for_admins(analytics: SubgraphApp, requests: Person) -> None:
    async with aclosing(analytics.stream(orjson.dumps({"query": FEED}), requests.headers)) as stream:
        refused = orjson.loads(await anext(stream))
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_feed_forgets_what_is_old(analytics: SubgraphApp, requests: Person) -> None:
    from subgraphs.analytics import repository

    await tell(analytics, *(happened() for _ in range(30)))
    await counted(requests, 30)
    async with analytics.database.writing() as session:
        await repository.prune_activity(session, 10)
        await repository.prune_activity(session, 100)
    async with analytics.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Activity)) == 10


async def test_counting_again_gives_the_same_numbers(
    analytics: SubgraphApp, requests: Person, admin: Person, router: Router
) -> None:
    people, products = [new_id() for _ in range(5)], [new_id() for _ in range(3)]
    events = [happened("user.registered", person, actor=person) for person in people]
    events += [happened("product.created", product, actor=people[0]) for product in products]
    events += [transaction("created", products[n % 3], people[n % 5], 100 + n) for n in range(300)]
    events += [transaction("paid", products[n % 3], people[n % 5], 100 + n) for n in range(0, 300, 2)]
    await tell(analytics, *events, *events[:50])
    await counted(requests, len(events))
    queries = (STATS, TOP, TOP_USERS)
    before = [await admin.get(query) for query in queries]
    assert isinstance(analytics.settings, AnalyticsSettings)
    await analytics.stop()
    async with analytics.database.writing() as session:
        await session.execute(update(Counter).values(value=7))
    counted_again = await rebuild(analytics.settings)
    assert isinstance(counted_again, service.Statistics)
    assert counted_again.events_processed == len(events)
    await analytics.start()
    assert [await admin.get(query) for query in queries] == before
