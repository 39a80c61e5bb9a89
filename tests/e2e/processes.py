"""Real processes for tests: started by the commands a person types, watched, and always ended."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

HANSE = Path(sys.executable).parent / "hanse"
ROOT = Path(__file__).parents[2]
START_TIMEOUT = 60.0  # seconds; generous, since CI machines are slow
STOP_TIMEOUT = 20.0


class Running:
    """A started process, its output so far, and the end of it."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self.command = list(command)
        self.lines: list[str] = []
        self._grown = threading.Condition()
        self.process = subprocess.Popen(
            self.command,
            cwd=cwd,
            env={**_clean_environment(), "PYTHONUNBUFFERED": "1", **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._grown:
                self.lines.append(line.rstrip("\n"))
                self._grown.notify_all()
        with self._grown:
            self._grown.notify_all()

    @property
    def output(self) -> str:
        """Everything printed so far, stdout and stderr together."""
        with self._grown:
            return "\n".join(self.lines)

    def wait_for(self, pattern: str, timeout: float = START_TIMEOUT) -> re.Match[str]:
        """The first match of the pattern in a line of the output; fails when the process ends or time is over."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._grown:
            while True:
                for line in self.lines[seen:]:
                    if match := re.search(pattern, line):
                        return match
                seen = len(self.lines)
                if not self._reader.is_alive() or time.monotonic() > deadline:
                    shown = "\n".join(self.lines)
                    raise AssertionError(f"{self.command} never printed {pattern!r}; it printed:\n{shown}")
                self._grown.wait(0.1)

    def stop(self, timeout: float = STOP_TIMEOUT) -> int:
        """Ask it to end as Ctrl-C does; its exit code. Killed, and a failure, when it does not."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)  # a terminal tells the whole group
        return self._ended(timeout)

    def kill(self) -> None:
        """End it without warning, as a power cut does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self._ended()

    def _ended(self, timeout: float = STOP_TIMEOUT) -> int:
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"{self.command} did not end; it printed:\n{self.output}") from None
        finally:
            self._reader.join(5)
            if self.process.stdout is not None:
                self.process.stdout.close()
        return code


@contextlib.contextmanager
def running(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Iterator[Running]:
    """Start a command and end it when the block ends, however that comes."""
    process = Running([str(part) for part in command], env or {}, cwd)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.stop()
        print(f"{shlex.join(process.command)} printed:\n{process.output}")  # shown where the test fails


def run_to_end(
    *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself; its exit code, stdout and stderr."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**_clean_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT,
        check=False,
    )


def _clean_environment() -> dict[str, str]:
    """This process's environment without settings of ours, which would change what is tested.

    Without rate limits: tests do in a second what a person does in an hour.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "ROUTER_"))}
    return {**kept, "HANSE_ROUTER_RATE_LIMITS__ENABLED": "false"}
