"""The file of mocks' values, read again when it changes."""

from __future__ import annotations

from pathlib import Path

from hanse.dev.events import ConfigRefused, Report
from hanse.mocks import MockValues, read_values
from hanse_wire.command_line import CommandError


class ValuesFile:
    """The values in a file. After a wrong edit, the last valid ones stay."""

    def __init__(self, path: Path, report: Report) -> None:
        """Raises CommandError when the file cannot be used."""
        self._path = path
        self._report = report
        self._stamp = self._seen()
        self._values = read_values(path)

    def current(self) -> MockValues:
        """The values as the file is now."""
        stamp = self._seen()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._values = read_values(self._path)
            except CommandError as error:
                self._report(ConfigRefused(message=error.message))
        return self._values

    def _seen(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
