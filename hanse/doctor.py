"""`hanse doctor`: can this machine run the platform, and if not, what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from pathlib import Path

from hanse.check_result import CheckResult
from hanse.project import Project
from hanse.serving import listen
from hanse_wire.command_line import CommandError, open_data_folder

MINIMUM_PYTHON = (3, 11)
MINIMUM_SQLITE = (3, 35)  # RETURNING
MINIMUM_FREE_BYTES = 200 * 1024 * 1024


def run_checks(project: Project, *, data: Path, port: int) -> list[CheckResult]:
    """Check what `hanse up` needs of this machine, and the servers that the environment names."""
    return [_python(), _sqlite(), _data_folder(data), _disk(data), _port(port), *_servers(project)]


def _servers(project: Project) -> list[CheckResult]:
    if not any(name.startswith("HANSE_") and name.endswith("_URL") for name in os.environ):
        return []
    from hanse.doctor_servers import check_servers

    return check_servers(project)


def _python() -> CheckResult:
    version = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info >= MINIMUM_PYTHON
    return CheckResult("Python", ok, version if ok else f"{version}; install 3.11 or newer")


def _sqlite() -> CheckResult:
    ok = sqlite3.sqlite_version_info >= MINIMUM_SQLITE
    return CheckResult(
        "SQLite", ok, sqlite3.sqlite_version if ok else f"{sqlite3.sqlite_version}; 3.35 or newer is needed"
    )


def _data_folder(data: Path) -> CheckResult:
    try:
        return CheckResult("data folder", True, str(open_data_folder(data)))
    except CommandError as error:
        return CheckResult("data folder", False, error.message)


def _disk(data: Path) -> CheckResult:
    existing = next((folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists()), Path("/"))
    free = shutil.disk_usage(existing).free
    ok = free >= MINIMUM_FREE_BYTES
    return CheckResult("disk", ok, f"{free // 1024**2} MiB free" + ("" if ok else "; 200 MiB are needed"))


def _port(port: int) -> CheckResult:
    try:
        listen("127.0.0.1", port).close()
    except CommandError as error:
        return CheckResult("port", False, error.message)
    return CheckResult("port", True, f"{port} is free")
