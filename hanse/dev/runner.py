"""The processes of one Python subgraph: a new one starts when its code changes, and the old one ends after it.

Each process has a port of its own. The router goes from the old process to the new one together with the supergraph
that is composed from the new one's SDL; the old one ends then. So no request is dropped, and while the code cannot be
imported, or does not compose with the other subgraphs, the old process answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanse.dev.events import Output, Report, Subgraph
from hanse.dev.gates import Gate
from hanse.dev.processes import Child, Started
from hanse.dev.session import KnownSubgraph, Session
from hanse.dev.tasks import ChildTask
from hanse.serving import address_of, listen

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonSubgraph:
    """A subgraph whose code is here: its task, and the folder of its package.

    Until a process serves, its SDL may come from the file `published`; `url` is where it then runs.
    """

    task: ChildTask
    package: Path
    published: Path | None = None
    url: str = ""


class Runner:
    """The processes of one subgraph: the one that the router uses, and a newer one that may take its place."""

    def __init__(self, subgraph: PythonSubgraph, session: Session, gate: Gate, report: Report) -> None:
        self.name = subgraph.task.name
        self.subgraph = subgraph
        self.settled = asyncio.Event()  # the first process serves, or has failed
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
        """Start the first process; none where no request reaches it and the SDL is known without it."""
        if self._gate.needs_subgraph or not self._use_other_sdl():
            self._spawn(self._run())
        else:
            self.settled.set()

    def restart(self, at: float) -> None:
        """Replace the process: its code changed at a moment, in seconds since the epoch."""
        self._changed = at
        self._wanted.set()

    def replace(self, subgraph: PythonSubgraph) -> None:
        """Serve another subgraph of the same name: the configuration changed."""
        self.subgraph = subgraph
        self.restart(time.time())

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
            task = self.subgraph.task
            child = Child(task, listener, self._print)
            try:
                started = await self._started(child)
            except BaseException:
                await asyncio.shield(child.stop())
                raise
            url = f"{address_of(listener)}{task.path}"
        if started.sdl is not None:
            self._adopt(child, url, started.sdl)
        else:
            await child.stop()
            if not self._wanted.is_set():
                self._failed(await child.ended(), started.error)
        self.settled.set()

    async def _started(self, child: Child) -> Started:
        """How the start of a process ended; without an SDL also when the code changes meanwhile."""
        starting = asyncio.create_task(child.start())
        changing = asyncio.create_task(self._wanted.wait())
        try:
            await asyncio.wait({starting, changing}, return_when=asyncio.FIRST_COMPLETED)
            return starting.result() if starting.done() else Started()
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

    def _failed(self, code: int | None, error: str) -> None:
        detail = "the process before still serves" if self._processes else f"exit code {code}; correct its code"
        self._report(Subgraph(subgraph=self.name, state="failed", detail=detail, error=error))
        if not self._processes:
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
            self._use_other_sdl()

    def _use_other_sdl(self) -> bool:
        """Take the SDL that is published, or in the traffic that is replayed; False when there is none."""
        published = self.subgraph.published
        if published is not None and published.is_file():
            self._put(published.read_text(encoding="utf-8"), self.subgraph.url, str(published))
            return True
        if (recorded := self._gate.recorded_schema()) is not None:
            self._put(recorded, self.subgraph.url, "recorded SDL")
            return True
        return False

    def _put(self, sdl: str, url: str, origin: str, *, at: float | None = None) -> None:
        self._session.put(KnownSubgraph(name=self.name, sdl=sdl, url=url, origin=origin), at=at)

    def _print(self, line: str) -> None:
        self._report(Output(subgraph=self.name, line=line))
