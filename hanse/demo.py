"""`hanse demo`: a week of activity on an empty platform, for people to look at and for tests under load."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from hanse.project import Project
from hanse_subgraph.db import Database
from hanse_subgraph.demo import DemoContext, DemoData, DemoWeek, Fact, Progress, SetClock, run_actions
from hanse_subgraph.events.outbox import Waiting, mark_published, waiting
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.command_line import CommandError

Result = TypeVar("Result")
BATCH = 500  # events of one subgraph


def demo_data(project: Project) -> dict[str, DemoData]:
    """The demo data that the project's subgraphs declare, by subgraph."""
    declared = {name: subgraph.declared.demo for name, subgraph in project.subgraphs.items()}
    return {name: make() for name, make in declared.items() if make is not None}


def run_demo(project: Project, folder: Path, week: DemoWeek) -> dict[str, int]:
    """Fill the empty databases of a data folder, with a progress bar on stderr.

    Returns the number of actions by subgraph, of those that were empty. Raises CommandError on SIGINT and SIGTERM:
    transactions in progress are rolled back, and the next call continues.
    """
    with click.progressbar(length=1, label="demo data", show_pos=True, file=sys.stderr) as bar:

        def show(progress: Progress) -> None:
            bar.length = max(progress.total, 1)
            bar.update(progress.done - bar.pos)

        return asyncio.run(_until_signal(fill_demo(project, folder, week, Progress(show))))


async def _until_signal(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of the work. SIGINT and SIGTERM cancel it, and raise CommandError."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise CommandError("interrupted while adding demo data: the next start continues") from None
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def fill_demo(project: Project, folder: Path, week: DemoWeek, progress: Progress | None = None) -> dict[str, int]:
    """Run the week's actions in every subgraph that is empty. Returns their number by subgraph.

    An interrupted demo is continued: subgraphs that have no data get theirs. A platform whose data are not from this
    week is left as it is. No other process may write to these databases meanwhile. Raises SettingsError.
    """
    data = demo_data(project)
    apps = {name: _without_events(project, folder, name) for name in data}
    started: list[SubgraphApp] = []
    try:
        for app in apps.values():
            await app.start()
            started.append(app)
        empty = [name for name in data if await _read(apps[name].database, data[name].is_empty)]
        if not empty or not (len(empty) == len(data) or await _is_begun(apps, data, week)):
            return {}
        made = await _play(apps, {name: data[name] for name in empty}, _facts(data, week), week, progress or Progress())
        await _publish(list(apps.values()))
        return made
    finally:
        for app in reversed(started):
            await app.stop()


def _without_events(project: Project, folder: Path, name: str) -> SubgraphApp:
    """A subgraph whose relay is off: `_publish` moves the events of all subgraphs, in order of time."""
    return project.subgraphs[name].create({"data_dir": folder, "relay_events": False, "consume_events": False})


async def _read(database: Database, ask: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    async with database.reading() as session:
        return await ask(session)


async def _is_begun(apps: dict[str, SubgraphApp], data: dict[str, DemoData], week: DemoWeek) -> bool:
    """Whether some subgraph has this week's data: then the others are empty because the demo was interrupted."""
    for name, found in data.items():
        database = apps[name].database
        async with database.reading() as session:
            if await found.is_from(session, week):
                return True
    return False


def _facts(data: dict[str, DemoData], week: DemoWeek) -> dict[str, Sequence[Fact]]:
    return {name: facts for found in data.values() for name, facts in found.facts(week).items()}


async def _play(
    apps: dict[str, SubgraphApp],
    data: dict[str, DemoData],
    facts: dict[str, Sequence[Fact]],
    week: DemoWeek,
    progress: Progress,
) -> dict[str, int]:
    async def run(name: str) -> int:
        clock = SetClock()
        actions = await data[name].actions(DemoContext(apps[name].settings, week, clock, facts, progress))
        await run_actions(apps[name].database, actions, clock, progress)
        return len(actions)

    with _rare_collections():
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(run(name)) for name in data}
    return {name: task.result() for name, task in tasks.items()}


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage rarely: statements make many objects and few cycles. It took a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 5, 5)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


async def _publish(apps: Sequence[SubgraphApp]) -> None:
    """Move everything from the outboxes to the event log in order of time, BATCH events of each subgraph at a time."""
    log = apps[0].events
    assert log is not None
    while True:
        batches = [await _waiting(app) for app in apps]
        if not any(batches):
            return
        # A full batch may have successors, which are unknown: events after its end wait for the next round.
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
            return  # the relay retries these, and logs the reason


async def _waiting(app: SubgraphApp) -> list[Waiting]:
    async with app.database.reading() as session:
        return await waiting(session, BATCH)
