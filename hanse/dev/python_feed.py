"""Feeds a session from a project: each subgraph runs in a process, and a new one starts when its code changes.

Each process has a port of its own. The router goes from the old process to the new one together with the supergraph
that is composed from the new one's SDL; the old one ends then. So no request is dropped, and while the code cannot be
imported, or does not compose with the other subgraphs, the old process answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any

from hanse.dev.events import Output, Report, Subgraph
from hanse.dev.gates import Gate, Gates
from hanse.dev.processes import Child, ChildTask
from hanse.dev.session import KnownSubgraph, Session
from hanse.dev.watching import Change, WakeUps, changes
from hanse.project import Project, ProjectSubgraph, find_project
from hanse.serving import address_of, listen
from hanse_wire.command_line import CommandError

HOST = "127.0.0.1"
SKIPPED = {"node_modules", "__pycache__", "venv", "dist", "build"}  # folders without code of subgraphs
SHARED = {"declaration.py"}  # of a subgraph: every process of the project reads it


class PythonFeed:
    """The subgraphs of a project."""

    def __init__(self, project: Project, data: Path, session: Session, gates: Gates, report: Report) -> None:
        self._project = project
        self._data = data
        self._session = session
        self._gates = gates
        self._report = report
        self._runners = {name: self._runner(subgraph) for name, subgraph in project.subgraphs.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its subgraphs, in the order of the project's configuration."""
        return tuple(self._runners)

    async def start(self) -> None:
        """Start every process, and wait until each serves or has failed."""
        for runner in self._runners.values():
            runner.begin()
        await asyncio.gather(*(runner.settled.wait() for runner in self._runners.values()))

    async def run(self, wake_ups: WakeUps) -> None:
        """Replace processes whose code changes, for ever."""
        async for change in changes(self._files, wake_ups):
            if self._project.file in change.paths:
                await self._read_project()
            for runner in self._affected(change):
                runner.restart(change.at)

    async def stop(self) -> None:
        """End every process."""
        await asyncio.gather(*(runner.stop() for runner in self._runners.values()))

    def served(self, subgraphs: Iterable[KnownSubgraph]) -> None:
        """The router serves these subgraphs: processes at other URLs are of no more use."""
        for subgraph in subgraphs:
            if subgraph.name in self._runners:
                self._runners[subgraph.name].served(subgraph.url)

    def _runner(self, subgraph: ProjectSubgraph) -> Runner:
        return Runner(subgraph, self._data, self._session, self._gates[subgraph.name], self._report)

    async def _read_project(self) -> None:
        """Start subgraphs that were added to the configuration, and end those that were removed."""
        try:
            project = find_project(self._project.folder)
        except CommandError as error:
            self._report(Subgraph(subgraph=self._project.file.name, state="refused", detail=error.message))
            return
        for name in self._runners.keys() - project.subgraphs.keys():
            await self._runners.pop(name).stop()
            self._session.drop(name)
        for name in project.subgraphs.keys() - self._runners.keys():
            self._runners[name] = self._runner(project.subgraphs[name])
            self._runners[name].begin()
        self._project = project

    def _affected(self, change: Change) -> list[Runner]:
        """The subgraphs that a change is of: one whose package has all the files, else all of them."""
        code = {path for path in change.paths if path != self._project.file}
        packages = {runner.package: runner for runner in self._runners.values()}
        owners = [packages.get(_package_of(path, packages)) for path in code]
        if None in owners or any(path.name in SHARED for path in code):
            return list(self._runners.values())
        return list({runner.name: runner for runner in owners if runner is not None}.values())

    def _files(self) -> Iterator[Path]:
        tests = self._project.folder / Path(self._project.config.tests).parts[0]
        yield self._project.file
        yield from _python_files(self._project.folder, tests)


def _package_of(path: Path, packages: dict[Path, Runner]) -> Path:
    return next((folder for folder in path.parents if folder in packages), Path())


def _python_files(folder: Path, tests: Path) -> Iterator[Path]:
    """The Python files below a folder, without tests and hidden folders."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _has_code(name) and Path(parent, name) != tests]
        yield from (Path(parent, name) for name in files if name.endswith(".py"))


def _has_code(folder: str) -> bool:
    return not folder.startswith(".") and folder not in SKIPPED


class Runner:
    """The processes of one subgraph: the one that the router uses, and a newer one that may take its place."""

    def __init__(self, subgraph: ProjectSubgraph, data: Path, session: Session, gate: Gate, report: Report) -> None:
        project = subgraph.project
        self.name = subgraph.name
        self.package = project.folder.joinpath(*subgraph.config.declaration.partition(":")[0].split(".")[:-1])
        self.settled = asyncio.Event()  # the first process serves, or has failed
        self._subgraph = subgraph
        self._task = ChildTask(self.name, project.folder, data)
        self._session = session
        self._gate = gate
        self._report = report
        self._processes: dict[str, Child] = {}  # by URL, the newest last
        self._served = ""  # the URL that the router uses
        self._changed = time.time()
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._work: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Start the first process; none where no request reaches it and the SDL is published."""
        if self._gate.needs_subgraph or not self._use_published():
            self._spawn(self._run())
        else:
            self.settled.set()

    def restart(self, at: float) -> None:
        """Replace the process: its code changed at a moment, in seconds since the epoch."""
        self._changed = at
        self._wanted.set()

    def served(self, url: str) -> None:
        """The router uses this URL from now on."""
        self._served = url
        if url in self._processes:
            self._gate.down = ""
        self._end_others()

    async def stop(self) -> None:
        """End the processes."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in self._processes.values()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._replace()

    async def _replace(self) -> None:
        """Start a process. A further change ends the start."""
        with contextlib.closing(listen(HOST, 0)) as listener:
            child = Child(self._task, listener, self._print)
            try:
                sdl = await self._started(child)
            except BaseException:
                await asyncio.shield(child.stop())
                raise
            url = f"{address_of(listener)}/graphql"
        if sdl is not None:
            self._adopt(child, url, sdl)
        else:
            await child.stop()
            if not self._wanted.is_set():
                self._failed(await child.ended())
        self.settled.set()

    async def _started(self, child: Child) -> str | None:
        """The SDL of a process once it serves; None when it ends before, or the code changes meanwhile."""
        starting = asyncio.create_task(child.start())
        changing = asyncio.create_task(self._wanted.wait())
        try:
            await asyncio.wait({starting, changing}, return_when=asyncio.FIRST_COMPLETED)
            return starting.result() if starting.done() else None
        finally:
            starting.cancel()
            changing.cancel()

    def _adopt(self, child: Child, url: str, sdl: str) -> None:
        """Offer a process that serves to the router."""
        milliseconds = round((time.time() - self._changed) * 1000)
        state = "reloaded" if self._processes else "started"
        self._report(Subgraph(subgraph=self.name, state=state, detail=f"{url}, {milliseconds} ms", pid=child.pid))
        self._processes[url] = child
        self._spawn(self._watch(child, url))
        self._put(sdl, url, f"SDL of {self.name}", at=self._changed)
        self._end_others()

    def _end_others(self) -> None:
        """End the processes that are neither in use nor the newest."""
        *older, _ = self._processes or [""]
        for url in older:
            if url != self._served:
                self._spawn(self._processes.pop(url).stop())

    def _failed(self, code: int | None) -> None:
        if self._processes:
            self._report(Subgraph(subgraph=self.name, state="failed", detail="the process before still serves"))
            return
        self._report(Subgraph(subgraph=self.name, state="failed", detail=f"exit code {code}; correct its code"))
        self._unavailable()

    async def _watch(self, child: Child, url: str) -> None:
        """Report when a process ends by itself."""
        code = await child.ended()
        if self._processes.get(url) is child:
            del self._processes[url]
            detail = f"exit code {code}; a change of its code starts it again"
            self._report(Subgraph(subgraph=self.name, state="stopped", detail=detail))
            if url == self._served:
                self._unavailable()

    def _unavailable(self) -> None:
        self._gate.down = f"The subgraph {self.name} is not running: see the output of hanse dev."
        if self._session.known(self.name) is None:
            self._use_published()

    def _use_published(self) -> bool:
        """Take the SDL from the folder of published schemas; False when there is none."""
        published = self._subgraph.project.published / f"{self.name}.graphql"
        if not published.is_file():
            return False
        self._put(published.read_text(encoding="utf-8"), self._subgraph.url, str(published))
        return True

    def _put(self, sdl: str, url: str, origin: str, *, at: float | None = None) -> None:
        self._session.put(KnownSubgraph(name=self.name, sdl=sdl, url=url, origin=origin), at=at)

    def _print(self, line: str) -> None:
        self._report(Output(subgraph=self.name, line=line))
