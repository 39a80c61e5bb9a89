"""Feeds a session from a project: each subgraph runs in a process, and a new one starts when its code changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hanse.dev.code_files import python_files
from hanse.dev.events import Report, Subgraph
from hanse.dev.gates import Gates
from hanse.dev.runner import PythonSubgraph
from hanse.dev.runners import Runners
from hanse.dev.session import KnownSubgraph, Session
from hanse.dev.tasks import ProjectTask
from hanse.dev.watching import WakeUps, changes
from hanse.project import Project, ProjectSubgraph, find_project
from hanse_wire.command_line import CommandError


class PythonFeed:
    """The subgraphs of a project."""

    def __init__(self, project: Project, data: Path, session: Session, gates: Gates, report: Report) -> None:
        self._project = project
        self._data = data
        self._report = report
        self._runners = Runners(session, gates, report)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its subgraphs, in the order of the project's configuration."""
        return tuple(self._project.subgraphs)

    async def start(self) -> None:
        """Start every process, and wait until each serves or has failed."""
        await self._runners.update(self._subgraphs())
        await self._runners.settled()

    async def run(self, wake_ups: WakeUps) -> None:
        """Replace processes whose code changes, for ever."""
        async for change in changes(self._files, wake_ups):
            if self._project.file in change.paths:
                await self._read_project()
            self._runners.restart(change)

    async def stop(self) -> None:
        """End every process."""
        await self._runners.stop()

    def served(self, subgraphs: Iterable[KnownSubgraph]) -> None:
        """The router serves these subgraphs: processes at other URLs are of no more use."""
        self._runners.served(subgraphs)

    async def _read_project(self) -> None:
        """Start subgraphs that were added to the configuration, and end those that were removed."""
        try:
            self._project = find_project(self._project.folder)
        except CommandError as error:
            self._report(Subgraph(subgraph=self._project.file.name, state="refused", detail=error.message))
            return
        await self._runners.update(self._subgraphs())

    def _subgraphs(self) -> Mapping[str, PythonSubgraph]:
        return {name: self._subgraph(subgraph) for name, subgraph in self._project.subgraphs.items()}

    def _subgraph(self, subgraph: ProjectSubgraph) -> PythonSubgraph:
        project = subgraph.project
        return PythonSubgraph(
            task=ProjectTask(subgraph.name, project.folder, self._data),
            package=project.folder.joinpath(*subgraph.config.declaration.partition(":")[0].split(".")[:-1]),
            published=project.published / f"{subgraph.name}.graphql",
            url=subgraph.url,
        )

    def _files(self) -> Iterator[Path]:
        yield self._project.file
        yield from python_files(self._project.folder, self._project.folder / Path(self._project.config.tests).parts[0])
