"""What the servers have in common: a data folder that is prepared, a command that runs in the foreground, a URL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

START_SECONDS = 120.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.05


class ServerMissing(Exception):
    """A server's program cannot be had on this machine. The message names it, and says how to install it."""


class ServerFailed(Exception):
    """A server did not start or ended by itself. The message holds the end of its log."""


class Server(Protocol):
    """One server: its place and its port are fixed when it is made, so that it can be killed and started again."""

    @property
    def name(self) -> str:
        """What it is called in logs."""
        ...

    @property
    def url(self) -> str:
        """Where it is, in the form that the platform's settings take."""
        ...

    def prepare(self) -> None:
        """Make its data folder ready; again, it changes nothing. Raises ServerMissing."""
        ...

    def command(self) -> list[str]:
        """The program and its arguments, such that it runs in the foreground. Raises ServerMissing."""
        ...

    def environment(self) -> Mapping[str, str]:
        """What it needs in its environment beside what is there."""
        ...

    def ready(self) -> bool:
        """Whether it answers now."""
        ...


class ServerProcess:
    """A server as a child process: a context manager that starts it, waits until it answers, and stops it.

    It leads a process group of its own, so that its children end with it. Its output goes to `log`.
    """

    def __init__(self, server: Server, log: Path) -> None:
        self.server = server
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The server's URL."""
        return self.server.url

    @property
    def alive(self) -> bool:
        """Whether it was started, and has not ended since."""
        return self._process is not None and self._process.poll() is None

    def start(self, seconds: float = START_SECONDS) -> None:
        """Prepare and start it, and wait until it answers. Raises ServerMissing, ServerFailed."""
        self.server.prepare()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.server.command(),
                env={**os.environ, **self.server.environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + seconds
        while not self.server.ready():
            if self._process.poll() is not None:
                raise ServerFailed(f"{self.server.name} ended with {self._process.returncode}: {self._tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{self.server.name} did not answer within {seconds:.0f} s: {self._tail()}")
            time.sleep(POLL_SECONDS)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End it with its `stop_signal`, SIGTERM if it names none, and with SIGKILL where it takes too long."""
        if self._process is None:
            return
        self._signal(getattr(self.server, "stop_signal", signal.SIGTERM))
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass  # all of the group have ended

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "it wrote nothing"


@contextmanager
def all_running(processes: Sequence[ServerProcess]) -> Iterator[None]:
    """Start them all at once; stop them in the reverse order. Raises ServerMissing, ServerFailed."""
    with ExitStack() as started:
        for process in processes:
            started.callback(process.stop)
        with ThreadPoolExecutor(max(1, len(processes))) as threads:
            for _ in threads.map(ServerProcess.start, processes):
                pass
        yield


def free_port() -> int:
    """A port of the loopback interface that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Whether somebody accepts connections on this port of the loopback interface."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
