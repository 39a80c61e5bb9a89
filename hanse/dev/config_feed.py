"""Feeds a session from a supergraph.yaml, which is watched itself.

Files are watched, URLs are polled, Python subgraphs run in processes that are replaced when their code changes.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from hanse.dev.code_files import python_files
from hanse.dev.events import ConfigRefused, Report, Subgraph
from hanse.dev.gates import Gates
from hanse.dev.runner import PythonSubgraph
from hanse.dev.runners import Runners
from hanse.dev.session import KnownSubgraph, Session
from hanse.dev.tasks import PATH, AppTask
from hanse.dev.watching import Change, WakeUps, changes
from hanse.supergraph_config import SubgraphConfig, read_config, read_subgraph
from hanse.yaml_file import STDIN
from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandError

POLL_SECONDS = 1.0  # between two requests for the SDL of a URL
REGISTRY_POLLS = 10  # a version in the registry is larger, and changes less often
FETCH_SECONDS = 3.0  # timeout of one
MAX_FETCHES = 16  # at the same time
TESTS = "tests"  # a folder beside the file whose code is of no subgraph


class ConfigFeed:
    """The subgraphs of a supergraph.yaml, without those that another feed has."""

    def __init__(
        self,
        path: Path,
        session: Session,
        gates: Gates,
        report: Report,
        *,
        skipped: Callable[[], Container[str]] = tuple,
    ) -> None:
        """`skipped` has the names of the subgraphs of another feed.

        Raises CommandError when the file cannot be used.
        """
        self.path = path
        self._session = session
        self._gates = gates
        self._report = report
        self._skipped = skipped
        self._runners = Runners(session, gates, report)
        self._executor = ThreadPoolExecutor(MAX_FETCHES, thread_name_prefix="fetch SDL")
        self._states: dict[str, str] = {}  # of subgraphs whose SDL cannot be read now: the reason
        self._names: tuple[str, ...] = ()
        self._subgraphs: dict[str, SubgraphConfig] = {}  # without those that run here
        self._python: dict[str, PythonSubgraph] = {}
        self._read()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its subgraphs, in the file's order."""
        return self._names

    async def start(self) -> None:
        """Read every SDL once; wait until each process serves or has failed."""
        await self._runners.update(self._python)
        await asyncio.gather(self._runners.settled(), *(self._update(name) for name in self._subgraphs))

    async def run(self, wake_ups: WakeUps) -> None:
        """Feed the session with changes, for ever."""
        await asyncio.gather(self._watch(wake_ups), self._poll())

    def served(self, subgraphs: Iterable[KnownSubgraph]) -> None:
        """The router serves these subgraphs: processes at other URLs are of no more use."""
        self._runners.served(subgraphs)

    async def stop(self) -> None:
        """Start no more requests, and end every process."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        await self._runners.stop()

    def _files(self) -> Iterator[Path]:
        if self.path != STDIN:
            yield self.path
        for subgraph in self._subgraphs.values():
            if (file := subgraph.source.file) is not None:
                yield self._folder / file
        if self._python:
            yield from python_files(self._folder.absolute(), self._folder.absolute() / TESTS)

    @property
    def _folder(self) -> Path:
        return Path() if self.path == STDIN else self.path.parent

    async def _watch(self, wake_ups: WakeUps) -> None:
        async for change in changes(self._files, wake_ups):
            if self.path in change.paths:
                await self._read_again(change)
            else:
                names = [name for name, one in self._subgraphs.items() if self._is_of(one, change)]
                await asyncio.gather(*(self._update(name, at=change.at) for name in names))
            self._runners.restart(change)

    def _is_of(self, subgraph: SubgraphConfig, change: Change) -> bool:
        file = subgraph.source.file
        return file is not None and self._folder / file in change.paths

    async def _poll(self) -> None:
        """Request the SDL of URLs every second, and of the registry every ten."""
        for seconds in itertools.count(1):
            await asyncio.sleep(POLL_SECONDS)
            sources = {name: subgraph.source for name, subgraph in self._subgraphs.items()}
            names = [name for name, source in sources.items() if source.subgraph_url is not None]
            if seconds % REGISTRY_POLLS == 0:
                names += [name for name, source in sources.items() if source.graphref is not None]
            await asyncio.gather(*(self._update(name) for name in names))

    def _read(self) -> None:
        read = read_config(self.path).subgraphs
        skipped = self._skipped()
        found = {name: subgraph for name, subgraph in read.items() if name not in skipped}
        python = {name: one for name, subgraph in found.items() if (one := self._python_subgraph(name, subgraph))}
        self._names, self._python = tuple(found), python
        self._subgraphs = {name: subgraph for name, subgraph in found.items() if name not in python}

    def _python_subgraph(self, name: str, subgraph: SubgraphConfig) -> PythonSubgraph | None:
        """The subgraph, where it is one whose process is needed."""
        source = subgraph.source
        if source.python is None or (source.file is not None and not self._gates[name].needs_subgraph):
            return None
        folder = self._folder.absolute()
        return PythonSubgraph(
            task=AppTask(name, folder, source.python, urlsplit(subgraph.url).path or PATH),
            package=folder.joinpath(*source.python.partition(":")[0].split(".")[:-1]),
            published=None if source.file is None else self._folder / source.file,
            url=subgraph.url,
        )

    async def _read_again(self, change: Change) -> None:
        before = self._subgraphs
        try:
            self._read()
        except CommandError as error:
            self._report(ConfigRefused(message=error.message))
            return
        for name in before.keys() - self._subgraphs.keys():
            self._states.pop(name, None)
            self._session.drop(name)
        await self._runners.update(self._python)
        await asyncio.gather(*(self._update(name, at=change.at) for name in self._subgraphs))

    async def _update(self, name: str, *, at: float | None = None) -> None:
        """Read the SDL of a subgraph; report when it cannot be read, and when it can again."""
        subgraph = self._subgraphs[name]
        loop = asyncio.get_running_loop()
        try:
            source = await loop.run_in_executor(self._executor, self._read_subgraph, name, subgraph)
        except CommandError as error:
            if self._states.get(name) != error.message:
                self._states[name] = error.message
                self._report(Subgraph(subgraph=name, state="unavailable", detail=error.message))
                self._use_recorded(name, subgraph)
            return
        if self._subgraphs.get(name) is not subgraph or name in self._skipped():
            return  # the configuration changed meanwhile
        if self._states.pop(name, None) is not None:
            self._report(Subgraph(subgraph=name, state="available"))
        self._session.put(
            KnownSubgraph(name=name, sdl=source.sdl, url=source.url, origin=self._origin(subgraph)), at=at
        )

    def _use_recorded(self, name: str, subgraph: SubgraphConfig) -> None:
        """Take the recorded SDL of a subgraph that never had another one."""
        sdl = self._gates.recorded_schema(name)
        if sdl is not None and self._session.known(name) is None:
            self._session.put(KnownSubgraph(name=name, sdl=sdl, url=subgraph.url, origin="recorded SDL"))

    def _read_subgraph(self, name: str, subgraph: SubgraphConfig) -> SubgraphSource:
        needs_url = self._gates.needs_url(name)
        return read_subgraph(name, subgraph, self.path, timeout=FETCH_SECONDS, needs_url=needs_url)

    def _origin(self, subgraph: SubgraphConfig) -> str:
        source = subgraph.source
        if source.file is not None:
            return _shown(self._folder / source.file)
        return source.subgraph_url or source.graphref or "schema.sdl"


def _shown(path: Path) -> str:
    """A path relative to the working directory, where it is below."""
    path = path.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
