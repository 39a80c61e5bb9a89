"""The Python subgraphs whose code is in one folder: which processes run, and which a change of files replaces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from hanse.dev.events import Report
from hanse.dev.gates import Gates
from hanse.dev.runner import PythonSubgraph, Runner
from hanse.dev.session import KnownSubgraph, Session
from hanse.dev.watching import Change

SHARED = {"declaration.py"}  # of a subgraph: every process of a project reads it


class Runners:
    """A runner for each Python subgraph."""

    def __init__(self, session: Session, gates: Gates, report: Report) -> None:
        self._session = session
        self._gates = gates
        self._report = report
        self._runners: dict[str, Runner] = {}

    async def update(self, subgraphs: Mapping[str, PythonSubgraph]) -> None:
        """Start what was added, replace what changed, and end what was removed."""
        removed = [self._runners.pop(name) for name in self._runners.keys() - subgraphs.keys()]
        for runner in removed:
            self._session.drop(runner.name)
        for name, subgraph in subgraphs.items():
            if (known := self._runners.get(name)) is None:
                self._runners[name] = Runner(subgraph, self._session, self._gates[name], self._report)
                self._runners[name].begin()
            elif known.subgraph != subgraph:
                known.replace(subgraph)
        await asyncio.gather(*(runner.stop() for runner in removed))

    async def settled(self) -> None:
        """Wait until each process serves or has failed."""
        await asyncio.gather(*(runner.settled.wait() for runner in self._runners.values()))

    def restart(self, change: Change) -> None:
        """Replace the processes whose code changed."""
        code = {path for path in change.paths if path.suffix == ".py"}
        for runner in self._affected(code):
            runner.restart(change.at)

    def served(self, subgraphs: Iterable[KnownSubgraph]) -> None:
        """The router serves these subgraphs: processes at other URLs are of no more use."""
        for subgraph in subgraphs:
            if subgraph.name in self._runners:
                self._runners[subgraph.name].served(subgraph.url)

    async def stop(self) -> None:
        """End every process."""
        await asyncio.gather(*(runner.stop() for runner in self._runners.values()))

    def _affected(self, code: Iterable[Path]) -> list[Runner]:
        """The subgraphs that a change is of: those in the packages that have the files, else all of them."""
        packages = {runner.subgraph.package for runner in self._runners.values()}
        owners = {_owner(path, packages) for path in code}
        if None in owners or any(path.name in SHARED for path in code):
            return list(self._runners.values())
        return [runner for runner in self._runners.values() if owners & _with_parents(runner.subgraph.package)]


def _owner(path: Path, packages: set[Path]) -> Path | None:
    return next((folder for folder in path.parents if folder in packages), None)


def _with_parents(package: Path) -> set[Path | None]:
    return {package, *package.parents}
