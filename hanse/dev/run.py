"""Wires `hanse dev` together: the feeds, the session, the router, and one server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import webbrowser
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from hanse.data_folder import locked_data_folder
from hanse.dev.config_feed import ConfigFeed
from hanse.dev.events import Event, Listening, Report, Serving, report_json, report_text
from hanse.dev.gates import GateRules, Gates, without_urls
from hanse.dev.mock_values import ValuesFile
from hanse.dev.python_feed import PythonFeed
from hanse.dev.session import KnownSubgraph, Session
from hanse.dev.watching import best_wake_ups
from hanse.lifespan import StartAndStop
from hanse.project import Project, find_project
from hanse.router import load_router_settings, operations_listener
from hanse.serving import ServerCallbacks, address_of, listen, serve
from hanse_router.app import create_router
from hanse_wire.command_line import CommandError, CommandUsageError
from hanse_wire.settings import SettingsError

DEFAULT_CONFIG = Path("supergraph.yaml")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevOptions:
    """The options of `hanse dev`."""

    config: Path | None
    router_config: Path | None = None
    host: str = "127.0.0.1"
    port: int = 4000
    data: Path = Path(".data")
    mocked: tuple[str, ...] = ()
    mock_unavailable: bool = False
    mock_values: Path | None = None
    record: Path | None = None
    replay: Path | None = None
    open_browser: bool = False
    as_json: bool = False


def run_dev(options: DevOptions) -> None:
    """Serve until SIGINT or SIGTERM. Raises CommandError when the configuration, a setting or the port is wrong."""
    listener = listen(options.host, options.port)
    project = None if options.config is not None else _project()
    with contextlib.nullcontext(options.data) if project is None else locked_data_folder(options.data) as folder:
        dev = Dev(options, address_of(listener), project, folder)
        settings = dev.router.engine.settings
        app = StartAndStop(dev.router, start=dev.start, stop=dev.stop)
        callbacks = ServerCallbacks(dev.announce, dev.router.drain, dev.router.count_refusal)
        serve(app, [listener, *operations_listener(settings)], settings.server, callbacks)
        if dev.failed:
            raise CommandError("hanse dev failed: the reason is logged above")


def _project() -> Project | None:
    """The project of the working directory; None outside of one, when there is a supergraph.yaml."""
    try:
        return find_project()
    except CommandError:
        if DEFAULT_CONFIG.is_file():
            return None
        raise


def _names_of(project: Project) -> list[str]:
    """The names of a project's subgraphs as its configuration is now."""
    with contextlib.suppress(CommandError):
        project = find_project(project.folder)
    return list(project.subgraphs)


class Dev:
    """The parts of one run."""

    def __init__(self, options: DevOptions, url: str, project: Project | None, data: Path) -> None:
        """Raises CommandError when a configuration or a setting is wrong."""
        self._printed: Report = report_json if options.as_json else report_text
        self._url = url
        self._opens = options.open_browser
        self._task: asyncio.Task[None] | None = None
        self.failed = False  # not by a mistake of the user
        try:
            self._create_router(options, project, data)
        except SettingsError as error:
            raise CommandError(str(error)) from error
        self._session = Session(self._serve, self._names, self.report)
        self._feeds: list[ConfigFeed | PythonFeed] = []
        if project is None:
            self._feeds.append(self._config_feed(options.config or DEFAULT_CONFIG))
        else:
            self._add_project(project, data)
        if unknown := set(options.mocked) - set(self._names()):
            names = ", ".join(self._names())
            raise CommandUsageError(f"--mock: there is no subgraph {min(unknown)!r}; the subgraphs are: {names}")

    def _config_feed(self, config: Path, skipped: Callable[[], Container[str]] = tuple) -> ConfigFeed:
        return ConfigFeed(config, self._session, self._gates, self.report, skipped=skipped)

    def _create_router(self, options: DevOptions, project: Project | None, data: Path) -> None:
        revocations = None
        if project is None:
            settings = load_router_settings(options.router_config)
        else:
            from hanse.dev.project_router import project_router  # needs the kit

            settings, revocations = project_router(project, data, options.router_config)
        rules = GateRules(
            mocked=frozenset(options.mocked),
            mock_unavailable=options.mock_unavailable,
            values=None if options.mock_values is None else ValuesFile(options.mock_values, self.report),
            record=options.record,
            replay=options.replay,
        )
        self._gates = Gates(settings, rules, self.report)
        self.router = create_router(without_urls(settings), None, local_endpoints=self._gates, revocations=revocations)

    def _add_project(self, project: Project, data: Path) -> None:
        """The project's subgraphs, and those that its supergraph.yaml has beside them."""
        own = PythonFeed(project, data, self._session, self._gates, self.report)
        self._feeds.append(own)
        if (config := project.folder / DEFAULT_CONFIG).is_file():
            self._feeds.append(self._config_feed(config, lambda: {*own.names, *_names_of(project)}))

    def _names(self) -> list[str]:
        return [name for feed in self._feeds for name in feed.names]

    def announce(self) -> None:
        """Report where the router listens."""
        settings = self.router.engine.settings
        self.report(Listening(url=self._url, graphql=f"{self._url}{settings.path}"))

    def report(self, event: Event) -> None:
        """Print an event; open the browser once there is something to see."""
        self._printed(event)
        if self._opens and isinstance(event, Serving):
            self._opens = False
            webbrowser.open(f"{self._url}/#plan")

    async def start(self) -> None:
        """Begin. The router answers once the first composition succeeded."""
        self._task = asyncio.create_task(self._run(), name="hanse dev")
        self._task.add_done_callback(self._end_after)

    async def stop(self) -> None:
        """Stop the feeds, and with them the processes of subgraphs."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(*(feed.stop() for feed in self._feeds))
        await self._gates.close()

    async def _run(self) -> None:
        """Follow the changes; compose once every feed has put what it knows at first."""
        wake_ups = best_wake_ups()
        async with asyncio.TaskGroup() as group:
            for feed in self._feeds:
                group.create_task(feed.run(wake_ups))
            await asyncio.gather(*(feed.start() for feed in self._feeds))
            group.create_task(self._session.run())

    def _end_after(self, task: asyncio.Task[None]) -> None:
        """End the process, as Ctrl-C does, when the task has failed."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed = True
            log.error("hanse dev failed", exc_info=error)
            signal.raise_signal(signal.SIGINT)

    async def _serve(self, sdl: str, subgraphs: Sequence[KnownSubgraph]) -> None:
        """Put a supergraph in service, and send requests to its subgraphs from then on."""
        await self.router.engine.reload(sdl)
        await self._gates.adopt(subgraphs)
        for feed in self._feeds:
            feed.served(subgraphs)
