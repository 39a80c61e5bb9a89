"""`hanse doctor`: can this machine run the platform, and if not, what to do."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hanse.data_folder import open_data_folder
from hanse.failures import Failure
from hanse.serving import listen

MINIMUM_PYTHON = (3, 11)
MINIMUM_SQLITE = (3, 35)  # RETURNING
MINIMUM_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: what, whether it is well, and what was seen or should be done."""

    subject: str
    ok: bool
    detail: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.subject}: {self.detail}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON's types."""
        return asdict(self)


def examine(*, data: Path, port: int) -> list[Finding]:
    """Everything that `hanse up` needs of this machine, each as a finding."""
    return [_python(), _sqlite(), _data_folder(data), _disk(data), _port(port)]


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info >= MINIMUM_PYTHON
    return Finding("Python", ok, version if ok else f"{version}; install 3.11 or newer")


def _sqlite() -> Finding:
    ok = sqlite3.sqlite_version_info >= MINIMUM_SQLITE
    return Finding("SQLite", ok, sqlite3.sqlite_version if ok else f"{sqlite3.sqlite_version}; 3.35 or newer is needed")


def _data_folder(data: Path) -> Finding:
    try:
        return Finding("data folder", True, str(open_data_folder(data)))
    except Failure as failure:
        return Finding("data folder", False, failure.message)


def _disk(data: Path) -> Finding:
    place = next((folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    shown = f"{free // (1024 * 1024)} MiB free"
    return Finding("disk", free >= MINIMUM_FREE_BYTES, shown if free >= MINIMUM_FREE_BYTES else f"{shown}; make room")


def _port(port: int) -> Finding:
    try:
        listen("127.0.0.1", port).close()
    except Failure as failure:
        return Finding("port", False, failure.message)
    return Finding("port", True, f"{port} is free")
