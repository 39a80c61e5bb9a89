"""The common interface of servers: prepare a data folder, run a command in the foreground, provide a URL."""

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
    """A server's program is missing. The message names it and how to install it."""


class ServerFailed(Exception):
    """A server did not start, or crashed. The message contains the end of its log."""


class Server(Protocol):
    """A server with a fixed folder and port, so that it can be killed and restarted."""

    @property
    def name(self) -> str:
        """The name in logs."""
        ...

    @property
    def url(self) -> str:
        """The URL, in the format of the platform's settings."""
        ...

    def prepare(self) -> None:
        """Create its data folder; idempotent. Raises ServerMissing."""
        ...

    def command(self) -> list[str]:
        """The program with its arguments; runs in the foreground. Raises ServerMissing."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Environment variables in addition to the inherited ones."""
        ...

    def ready(self) -> bool:
        """Whether it is ready to serve."""
        ...


class ServerProcess:
    """A server as a child process: a context manager that starts it, waits until it is ready, and stops it.

    It has its own process group, so that its children are stopped with it. Its output goes to `log`.
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
        """Whether it was started and is still running."""
        return self._process is not None and self._process.poll() is None

    def start(self, seconds: float = START_SECONDS) -> None:
        """Prepare and start it, and wait until it is ready. Raises ServerMissing, ServerFailed."""
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
        """Stop it with its `stop_signal` (default SIGTERM), and with SIGKILL after a timeout."""
        if self._process is None:
            return
        self._signal(getattr(self.server, "stop_signal", signal.SIGTERM))
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def kill(self) -> None:
        """Kill it and its children immediately, like a power failure."""
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
            pass  # the whole group has ended

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "it wrote nothing"


@contextmanager
def all_running(processes: Sequence[ServerProcess]) -> Iterator[None]:
    """Start all servers concurrently; stop them in reverse order. Raises ServerMissing, ServerFailed."""
    with ExitStack() as started:
        for process in processes:
            started.callback(process.stop)
        with ThreadPoolExecutor(max(1, len(processes))) as threads:
            for _ in threads.map(ServerProcess.start, processes):
                pass
        yield


def free_port() -> int:
    """A free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Whether a process accepts connections on this port of the loopback interface."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
