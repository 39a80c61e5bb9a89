"""`hanse demo`: a week that was played on an empty platform, for people to look at and for tests under load."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from hanse.data_folder import open_data_folder
from hanse.failures import Failure
from hanse.platform import SUBGRAPHS
from hanse_subgraph.config import ConfigError
from hanse_subgraph.db import Database
from hanse_subgraph.demo import Act, SetClock, Ware, Week, play
from hanse_subgraph.events.outbox import Waiting, mark_published, waiting
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.catalog import demo as catalog
from subgraphs.media import demo as media
from subgraphs.payments import demo as payments
from subgraphs.tasks import demo as tasks
from subgraphs.users import demo as users

SCENES = {module.__name__.split(".")[1]: module for module in (users, catalog, tasks, payments, media)}
BATCH = 500


def run_demo(*, data: Path, seed: int, scale: int) -> None:
    """Fill the databases of a data folder, and say what was made. Raises Failure where it cannot be used."""
    folder = open_data_folder(data)
    try:
        made = asyncio.run(fill_demo(folder, Week(seed, scale)))
    except ConfigError as error:
        raise Failure(str(error)) from error
    if not made:
        click.echo("there is data already: nothing was made")


async def fill_demo(folder: Path, week: Week) -> dict[str, int]:
    """Play the week where nothing is there yet: how much was done in each subgraph that was empty.

    A demo that was interrupted between two subgraphs goes on. No other process may write to these databases meanwhile.
    """
    apps = {name: _quiet(folder, name) for name in SCENES}
    started: list[SubgraphApp] = []
    try:
        for app in apps.values():
            await app.start()
            started.append(app)
        empty = [name for name, module in SCENES.items() if await _asked(apps[name].database, module.is_empty)]
        if not empty or not (len(empty) == len(SCENES) or await _begun(apps["users"].database, week)):
            return {}
        made = await _play(apps, week, empty)
        await _publish(list(apps.values()))
        return made
    finally:
        for app in reversed(started):
            await app.stop()


def _quiet(folder: Path, name: str) -> SubgraphApp:
    """A subgraph that keeps its events to itself: they are published in the order of all subgraphs' time."""
    return SUBGRAPHS[name].create({"data_dir": folder, "relay_events": False, "consume_events": False})


async def _asked(database: Database, ask: Callable[[Any], Awaitable[bool]]) -> bool:
    async with database.reading() as session:
        return await ask(session)


async def _begun(database: Database, week: Week) -> bool:
    """Whether the users are those of this demo: then others may be missing because it was interrupted."""
    return await _asked(database, lambda session: users.is_there(session, week))


async def _play(apps: dict[str, SubgraphApp], week: Week, names: Sequence[str]) -> dict[str, int]:
    clocks, wares = {name: SetClock() for name in names}, catalog.wares(week)
    pictures = media.sittings(week, wares) if "media" in names else []
    acts = {
        name: await _acts(name, apps[name].settings, week, clocks[name], wares) for name in names if name != "media"
    }
    length = sum(map(len, acts.values())) + 2 * len(pictures)

    with _collecting_seldom(), click.progressbar(length=length, label="demo data", show_pos=True) as bar:

        async def pictured() -> None:
            settings: Any = apps["media"].settings
            drawn = await media.acts(settings, clocks["media"], pictures, bar.update)
            await play(apps["media"].database, drawn, clocks["media"], bar.update)

        played = [play(apps[name].database, found, clocks[name], bar.update) for name, found in acts.items()]
        # All at once: pictures are drawn beside the event loop.
        await asyncio.gather(*played, *([pictured()] if pictures else []))
    return {name: len(acts.get(name, pictures)) for name in names}


@contextlib.contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Statements make many objects and few cycles: looking for those took a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 5, 5)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


async def _acts(name: str, settings: Any, week: Week, clock: SetClock, wares: Sequence[Ware]) -> list[Act]:
    match name:
        case "users":
            return await users.acts(settings, week, clock)
        case "catalog":
            return catalog.acts(week, clock)
        case "tasks":
            return tasks.acts(week, clock)
        case _:
            return payments.acts(settings, week, clock, wares)


async def _publish(apps: Sequence[SubgraphApp]) -> None:
    """Move everything from the outboxes to the event log, in the order of its time; some of each at a time."""
    log = apps[0].events
    assert log is not None
    while True:
        batches = [await _waiting(app) for app in apps]
        if not any(batches):
            return
        # Of a subgraph that has more than this, nothing is known past its batch's end: go no further for the others.
        ends = [batch[-1].event.time for batch in batches if len(batch) == BATCH]
        ready = [[item for item in batch if not ends or item.event.time <= min(ends)] for batch in batches]
        refused = await log.append(
            sorted((item.event for part in ready for item in part), key=lambda event: event.time)
        )
        for app, part in zip(apps, ready, strict=True):
            if taken := [item.position for item in part if item.event.id not in refused]:
                async with app.database.writing() as session:
                    await mark_published(session, taken, part[-1].event.time)
        if refused:
            return  # the relay goes on with these, and says what is wrong with them


async def _waiting(app: SubgraphApp) -> list[Waiting]:
    async with app.database.reading() as session:
        return await waiting(session, BATCH)
