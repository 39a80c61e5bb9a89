"""`hanse events`: create the topics, show the lag of consumers, list and replay dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from hanse.project import Project
from hanse_subgraph.events.log import DeadLetter, EventLog, LogUnavailable
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.command_line import CommandError, CommandUsageError
from hanse_wire.settings import SettingsError

Result = TypeVar("Result")
EMBEDDED = "embedded:"


class EventCommands:
    """The event log of a project, as the commands use it.

    Every method raises CommandError when the log cannot be used.
    """

    def __init__(self, project: Project, folder: Path, url: str | None) -> None:
        """Without a `url`, it is the log that the subgraphs' settings name."""
        self._topics = project.platform().topics
        self._apps = [subgraph.create({"data_dir": folder}) for subgraph in project.subgraphs.values()]
        self._url = url or _url_of(self._apps)

    def set_up(self) -> dict[str, str]:
        """Create what the log needs. Returns what was done, by topic; nothing for the embedded log."""
        if self._url.startswith(EMBEDDED):
            return {}
        from hanse_subgraph.events.kafka.setup import set_up_topics

        return _run(set_up_topics(self._url, self._topics))

    def lag(self) -> dict[str, dict[str, int]]:
        """By consumer: how many events it has not handled yet, by part of the log."""

        async def read(log: EventLog) -> dict[str, dict[str, int]]:
            return {
                app.name: {part: count for part, count in (await log.lag(app.name, app.handled_types)).items() if count}
                for app in self._apps
                if app.has_consumer
            }

        return self._with_log(read)

    def dead_letters(self, consumer: str | None) -> list[DeadLetter]:
        """The dead letters of one consumer, or of all, oldest first."""
        return self._with_log(lambda log: log.dead_letters(consumer))

    def replay(self, consumer: str | None, event_id: str | None) -> list[DeadLetter]:
        """Deliver dead letters again: those of an event, or all. Returns them."""

        async def again(log: EventLog) -> list[DeadLetter]:
            letters = [letter for letter in await log.dead_letters(consumer) if event_id in (None, letter.event.id)]
            for letter in letters:
                await log.replay(letter.consumer, letter.event.id)
            return letters

        letters = self._with_log(again)
        if event_id is not None and not letters:
            raise CommandError(f"there is no dead letter {event_id}: see `hanse events dead list`")
        return letters

    def _with_log(self, act: Callable[[EventLog], Awaitable[Result]]) -> Result:
        if self._url.startswith(EMBEDDED) and not Path(self._url.removeprefix(EMBEDDED)).exists():
            file = self._url.removeprefix(EMBEDDED)
            raise CommandError(f"there is no event log {file}: give the data folder with --data, or a URL with --url")

        async def run() -> Result:
            log = await open_event_log(self._url, self._topics)
            try:
                return await act(log)
            finally:
                await log.close()

        return _run(run())


def _url_of(apps: list[SubgraphApp]) -> str:
    """The log that all of them use."""
    urls = {app.settings.events for app in apps}
    if not urls:
        raise CommandError("the project has no subgraphs, so no event log: add one with `hanse add subgraph NAME`")
    if len(urls) > 1:
        raise CommandUsageError("the subgraphs' settings HANSE_<NAME>_EVENTS_URL differ: name the log with --url")
    return urls.pop()


def _run(work: Awaitable[Result]) -> Result:
    async def wait() -> Result:
        return await work

    try:
        return asyncio.run(wait())
    except (SettingsError, LogUnavailable) as error:
        raise CommandError(f"{error}; the log is named by --url or HANSE_<NAME>_EVENTS_URL") from error
