"""Where a finding is in the files of the changed subgraphs."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from hanse.checks.request import CheckRequest
from hanse_schema.checks.definitions import Position, definitions, position_of
from hanse_schema.checks.report import FileLocation, Finding
from hanse_schema.diagnostics import Location


class Places:
    """Finds lines in the SDL of the changed subgraphs."""

    def __init__(self, request: CheckRequest) -> None:
        self._request = request

    @cached_property
    def _after(self) -> dict[str, dict[str, Position]]:
        """The definitions of each changed subgraph that still exists."""
        return {
            name: definitions(self._request.after[name].sdl)
            for name in self._request.changed
            if name in self._request.after
        }

    @cached_property
    def _before(self) -> dict[str, dict[str, Position]]:
        return {
            name: definitions(self._request.before[name].sdl)
            for name in self._request.changed
            if name in self._request.before
        }

    def of_diagnostic(self, location: Location) -> FileLocation:
        """The place of a diagnostic's location."""
        return FileLocation(self.file(location.subgraph), location.line, location.column)

    def placed(self, finding: Finding) -> Finding:
        """The finding with the lines of its coordinate, in each subgraph that changes the element; else as it is."""
        if finding.locations or finding.coordinate is None:
            return finding
        names = self.subgraphs_of(finding.coordinate)
        return replace(finding, locations=tuple(self._place(name, finding.coordinate) for name in names))

    def subgraphs_of(self, coordinate: str) -> list[str]:
        """The changed subgraphs that have or had an element."""
        return [name for name in self._after if self._concerns(name, coordinate)]

    def _concerns(self, name: str, coordinate: str) -> bool:
        """Whether the subgraph has or had the element, or, where none did, the element around it."""
        return coordinate in self._after[name] or coordinate in self._before.get(name, {})

    def _place(self, name: str, coordinate: str) -> FileLocation:
        line, column = position_of(coordinate, self._after[name]) or (0, 0)
        return FileLocation(self.file(name), line, column)

    def file(self, subgraph: str) -> str:
        """The file of a changed subgraph; the name of another one."""
        return self._request.files.get(subgraph, subgraph)
