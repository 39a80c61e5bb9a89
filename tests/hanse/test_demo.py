"""`hanse demo`: a week that was played, once, the same for the same seed, by the platform's own verbs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from deploy.project import PROJECT, SUBGRAPHS
from hanse.demo import fill_demo
from hanse_subgraph.demo import LENGTH, USERS, DemoAction, DemoWeek, SetClock
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.events.sealing import opened
from hanse_subgraph.events.stored_keys import StoredPersonKeys
from subgraphs.catalog import demo as catalog
from subgraphs.media.demo_images import avatar_picture, product_picture
from subgraphs.media.models import Avatar, Media, ProductImage
from subgraphs.payments import demo as payments
from subgraphs.payments.models import Balance
from subgraphs.payments.service import Payments
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.tasks import demo as tasks
from subgraphs.tasks.models import Task
from subgraphs.users import demo as users
from subgraphs.users.models import User
from subgraphs.users.settings import UsersSettings

WEEK = DemoWeek(seed=3, end=datetime(2026, 11, 20, 15, 30, tzinfo=UTC))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo in it."""
    data = tmp_path_factory.mktemp("demo")
    made = asyncio.run(fill_demo(PROJECT, data, WEEK))
    assert made.keys() == {"users", "catalog", "tasks", "payments", "media"}
    assert min(made.values()) > 200
    return data


async def requests(folder: Path, name: str, ask: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
    """What a database of the folder answers."""
    app = SUBGRAPHS[name].create({"data_dir": folder})
    try:
        async with app.database.reading() as session:
            return await ask(session)
    finally:
        await app.database.close()


async def count(folder: Path, name: str, model: type[Any]) -> int:
    """How many rows a table has."""
    return int(await requests(folder, name, lambda session: session.scalar(select(func.count()).select_from(model))))


async def events(folder: Path) -> list[Event]:
    """The event log."""
    keys = StoredPersonKeys(f"sqlite+aiosqlite:///{folder / 'person-keys.sqlite'}")
    log = await open_event_log(f"embedded:{folder / 'events.sqlite'}")
    try:
        found = [delivery.event for delivery in await log.subscribe("a test", ()).read(limit=10_000, wait=0)]
        return await opened([event for event in found if isinstance(event, Event)], keys)
    finally:
        await keys.close()
        await log.close()


async def test_the_events_are_those_of_a_week_in_their_order(folder: Path) -> None:
    found = await events(folder)
    times = [event.time for event in found]
    assert times == sorted(times)
    assert WEEK.end - LENGTH - timedelta(minutes=1) <= times[0] < times[-1] <= WEEK.end
    assert len({time.date() for time in times}) >= 7, "something happens every day"
    kinds = Counter(event.type for event in found)
    assert kinds["user.registered"] == USERS
    assert kinds["product.created"] == kinds["product.images_set"] == catalog.PRODUCTS
    wanted = {"user.signed_in", "sign_in.failed", "product.stock_changed", "product.updated", "user.avatar_set"}
    wanted |= {"task.created", "task.assigned", "task.status_changed"}
    wanted |= {"transaction.created", "transaction.paid", "transaction.cancelled"}
    assert wanted <= kinds.keys()


async def test_nobody_does_anything_before_they_are_there(folder: Path) -> None:
    arrived: set[str | None] = {None}
    for event in await events(folder):
        if event.type == "user.registered":
            arrived.add(event.subject)
        assert event.actor in arrived, event
        assert event.clientip
        assert event.useragent


async def test_products_and_people_have_pictures(folder: Path) -> None:
    assert await count(folder, "media", ProductImage) == catalog.PRODUCTS
    assert await count(folder, "media", Avatar) > USERS // 2
    pictures = list(await requests(folder, "media", lambda session: session.scalars(select(Media))))
    assert all(picture.mime_type == "image/jpeg" and picture.thumbnail_key for picture in pictures)
    stored = {path.name for path in (folder / "media").rglob("*") if path.is_file()}
    assert {str(key).rpartition("/")[2] for picture in pictures for key in (picture.object_key,)} <= stored


async def test_the_logins_are_there_and_the_ledger_holds(folder: Path) -> None:
    people = {
        user.email: user for user in await requests(folder, "users", lambda session: session.scalars(select(User)))
    }
    assert people[users.LOGIN].role == "user"
    assert people[users.ADMIN_LOGIN].role == "admin"
    assert len({user.password_hash for user in people.values()}) == 1
    report = await requests(folder, "payments", Payments(PaymentsSettings()).verify)
    assert report.holds
    owed = await requests(folder, "payments", lambda session: session.scalar(select(func.max(col(Balance.owed_minor)))))
    assert 0 < owed < PaymentsSettings().credit_limit_minor / 2, "nobody comes near the limit"


async def test_it_is_made_once_and_goes_on_where_it_was_interrupted(folder: Path) -> None:
    assert await fill_demo(PROJECT, folder, WEEK) == {}
    assert await count(folder, "tasks", Task) == tasks.TASKS
    app = SUBGRAPHS["tasks"].create({"data_dir": folder})
    async with app.database.writing() as session:
        await session.execute(delete(Task))
    await app.database.close()
    assert (await fill_demo(PROJECT, folder, replace(WEEK, seed=4))) == {}, (
        "another demo's users: these are not its tasks"
    )
    assert (await fill_demo(PROJECT, folder, WEEK)).keys() == {"tasks"}


async def test_it_leaves_a_platform_alone_that_is_used(tmp_path: Path) -> None:
    app = SUBGRAPHS["catalog"].create({"data_dir": tmp_path, "relay_events": False})
    await app.start()
    await app.stop()
    week = DemoWeek(seed=5)
    clock = SetClock()
    async with app.database.writing() as session:
        await catalog.actions(week, clock)[0].run(session)
    await app.database.close()
    assert await fill_demo(PROJECT, tmp_path, DemoWeek(seed=6)) == {}


async def test_the_same_seed_makes_the_same_week() -> None:
    settings = UsersSettings(argon2_memory_kib=64, argon2_time_cost=1, argon2_parallelism=1)

    async def emitted(week: DemoWeek) -> list[Any]:
        clock, products = SetClock(), catalog.products(week)
        actions: list[DemoAction] = [
            *await users.actions(settings, week, clock),
            *catalog.actions(week, clock),
            *tasks.actions(week, clock),
            *payments.actions(PaymentsSettings(), week, clock, products),
        ]
        return [users.people(week), products, [(action.at, action.user_id, action.is_signed_in) for action in actions]]

    assert await emitted(WEEK) == await emitted(WEEK)
    assert await emitted(WEEK) != await emitted(replace(WEEK, seed=4))
    later = replace(WEEK, end=WEEK.end + timedelta(days=40))
    assert users.people(later) == users.people(WEEK)
    offers = [(offer.details, offer.seller_id, offer.id) for offer in catalog.offers(WEEK)]
    assert [(offer.details, offer.seller_id, offer.id) for offer in catalog.offers(later)] == offers
    assert len(catalog.offers(replace(WEEK, scale=3))) == 3 * catalog.PRODUCTS


def test_pictures_are_the_same_for_the_same_name() -> None:
    names = [("Amber Kite", "toys"), ("Blue Kite", "toys"), ("Amber Teapot", "home/kitchen"), ("Slate Thing", "other")]
    pictures = [product_picture(*name) for name in names]
    assert pictures == [product_picture(*name) for name in names]
    assert len(set(pictures)) == len(names)
    assert avatar_picture("ada") == avatar_picture("ada") != avatar_picture("ben")
