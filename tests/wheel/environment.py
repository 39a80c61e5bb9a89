"""A virtual environment of its own for the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TIMEOUT = 240  # seconds; the first run may fill uv's cache


class Environment:
    """A virtual environment, made by uv."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self._variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "PYTHON", "COV_"))
        } | {"VIRTUAL_ENV": str(folder)}
        self.run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, folder)

    def install(self, *requirements: str) -> None:
        """Install packages; a wheel by its path."""
        self.run(BIN / "uv", "pip", "install", "--quiet", *requirements)

    def uninstall(self, *names: str) -> None:
        """Uninstall packages."""
        self.run(BIN / "uv", "pip", "uninstall", "--quiet", *names)

    def run(self, *command: str | Path, cwd: Path | None = None) -> str:
        """Run a command that must succeed. Returns its stdout."""
        done = self.attempt(*command, cwd=cwd)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def attempt(self, *command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        arguments = [str(part) for part in command]
        return subprocess.run(
            arguments, cwd=cwd, env=self._variables, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )

    def start(self, *command: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start a command; its output is one pipe."""
        arguments: Sequence[str] = [str(part) for part in command]
        return subprocess.Popen(
            arguments, cwd=cwd, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


def build_wheel(folder: Path) -> Path:
    """Build the wheel into a folder."""
    command = [BIN / "uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=TIMEOUT)
    [wheel] = folder.glob("*.whl")
    return wheel
