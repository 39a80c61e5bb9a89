"""`hanse events`: set up the topics, see how far consumers are behind, list and replay dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from hanse.data_folder import open_data_folder
from hanse.failures import Failure, UsageFailure
from hanse.platform import SUBGRAPHS
from hanse_subgraph.config import ConfigError
from hanse_subgraph.events.envelope import Malformed
from hanse_subgraph.events.log import DeadLetter, EventLog, LogUnavailable
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.subgraph_app import SubgraphApp

Result = TypeVar("Result")


def set_up(*, data: Path, url: str | None) -> list[str]:
    """Make what the log needs: what was done, by topic. Raises Failure."""
    url = url or _url_of(_apps(data))
    if not url.startswith("kafka:"):
        _with_log(url, _nothing)
        return [f"the embedded log needs no setting up: {url.removeprefix('embedded:')}"]
    from hanse_subgraph.events.kafka.setup import set_up_topics

    return [f"{topic}: {done}" for topic, done in _run(set_up_topics(url)).items()]


def lags(*, data: Path, url: str | None) -> list[str]:
    """A line for each consumer: how far it is behind, and where. Raises Failure."""
    apps = _apps(data)

    async def look(log: EventLog) -> list[str]:
        lines = []
        for app in apps:
            if app.has_consumer:
                behind = {part: count for part, count in (await log.lag(app.name, app.handled_types)).items() if count}
                where = ", ".join(f"{part}: {count}" for part, count in behind.items())
                lines.append(f"{app.name}: {sum(behind.values())} behind{f' ({where})' if where else ''}")
        return lines

    return _with_log(url or _url_of(apps), look)


def dead_letters(*, data: Path, url: str | None, consumer: str | None) -> list[str]:
    """A line for each dead letter. Raises Failure."""
    letters = _with_log(url or _url_of(_apps(data)), lambda log: log.dead_letters(consumer))
    return [_shown(letter) for letter in letters] or ["no dead letters"]


def replay(*, data: Path, url: str | None, consumer: str | None, event_id: str | None, every: bool) -> list[str]:
    """Deliver dead letters again: a line for each. Raises Failure where there is none of that id."""
    if (event_id is None) != every:
        raise UsageFailure("name the event whose dead letters to replay, or give --all")

    async def again(log: EventLog) -> list[str]:
        letters = [letter for letter in await log.dead_letters(consumer) if every or letter.event.id == event_id]
        for letter in letters:
            await log.replay(letter.consumer, letter.event.id)
        return [f"{letter.consumer} gets {letter.event.id} again" for letter in letters]

    lines = _with_log(url or _url_of(_apps(data)), again)
    if event_id is not None and not lines:
        raise Failure(f"there is no dead letter {event_id}: see `hanse events dead list`")
    return lines or ["no dead letters"]


def _shown(letter: DeadLetter) -> str:
    event = letter.event
    what = "no event" if isinstance(event, Malformed) else f"{event.type} of {event.subject}"
    error = " ".join(letter.error.split())
    when = letter.buried_at.isoformat(timespec="seconds")
    return f"{when} {letter.consumer} {event.id} ({what}, {letter.attempts} attempts): {error}"


def _apps(data: Path) -> list[SubgraphApp]:
    folder = open_data_folder(data)
    return [subgraph.create({"data_dir": folder}) for subgraph in SUBGRAPHS.values()]


def _url_of(apps: list[SubgraphApp]) -> str:
    """The log that all of them use."""
    urls = {app.settings.events for app in apps}
    if len(urls) > 1:
        raise UsageFailure("the subgraphs' settings HANSE_<NAME>_EVENTS_URL differ: say which log is meant with --url")
    return urls.pop()


def _with_log(url: str, act: Callable[[EventLog], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        log = await open_event_log(url)
        try:
            return await act(log)
        finally:
            await log.close()

    return _run(run())


def _run(work: Awaitable[Result]) -> Result:
    async def wait() -> Result:
        return await work

    try:
        return asyncio.run(wait())
    except (ConfigError, LogUnavailable) as error:
        raise Failure(f"{error}; the log is named by --url or HANSE_<NAME>_EVENTS_URL") from error


async def _nothing(log: EventLog) -> None:
    """To open it was all."""
