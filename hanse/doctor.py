"""`hanse doctor`: can this machine run the platform, and if not, what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from pathlib import Path

from hanse.data_folder import open_data_folder
from hanse.failures import Failure
from hanse.findings import Finding
from hanse.serving import listen

MINIMUM_PYTHON = (3, 11)
MINIMUM_SQLITE = (3, 35)  # RETURNING
MINIMUM_FREE_BYTES = 200 * 1024 * 1024


def examine(*, data: Path, port: int) -> list[Finding]:
    """What `hanse up` needs of this machine, and the servers that the environment names; each as a finding."""
    return [_python(), _sqlite(), _data_folder(data), _disk(data), _port(port), *_servers()]


def _servers() -> list[Finding]:
    if not any(name.startswith("HANSE_") and name.endswith("_URL") for name in os.environ):
        return []
    from hanse.doctor_servers import examine_servers  # it takes every subgraph's package

    return examine_servers()


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
