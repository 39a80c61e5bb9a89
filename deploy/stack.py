"""`make stack`: runs the distributed platform on this machine, without containers, on real servers. Ctrl-C stops it.

Servers and platform store their data in one folder, which the next start reuses. The servers' logs are in
its `logs/`; the output of subgraphs and routers is interleaved on the terminal.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from honcho import manager
from honcho.printer import Message, Printer

from deploy.platform import JobFailed, Outside, Platform, clean_environment
from deploy.project import SUBGRAPHS
from deploy.servers.base import Server, ServerFailed, ServerMissing, ServerProcess, all_running
from deploy.servers.kafka import KafkaServer
from deploy.servers.postgres import Postgres
from deploy.servers.redis import RedisServer
from deploy.servers.s3 import S3Server
from deploy.servers.smtp import SmtpServer
from hanse.serving import GRACEFUL_SHUTDOWN, listen
from hanse_wire.command_line import CommandError
from subgraphs.users.demo import LOGINS

SERVERS = ("postgres", "redis", "kafka", "s3", "smtp")
FAILED = 1

PAGE = """
The platform is up, {processes} processes on {servers} servers. Ctrl-C stops it all.

  GraphiQL        {url}/
  GraphQL         {url}/graphql   (HTTP and WebSocket)
  Files           {files}/files
  Mail            {mails}
  Data, logs      {folder}
"""


class Interrupted(Exception):
    """The stack was interrupted by a signal."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The router's port, followed by the ports of all others in a fixed order."""

    first: int

    def of(self, name: str) -> int:
        """The port of a process or a server."""
        return self.first + ["router", *SUBGRAPHS, *SERVERS].index(name)

    def taken(self) -> list[str]:
        """The ports that are in use, one line each."""
        problems = []
        for name in ("router", *SUBGRAPHS, *SERVERS):
            try:
                listen("127.0.0.1", self.of(name)).close()
            except CommandError as failure:
                problems.append(f"{name}: {failure.message}")
        return problems


class Servers:
    """The real servers, each in its own folder."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._logs = folder / "logs"
        self.postgres = Postgres(folder / "postgres", port=ports.of("postgres"))
        self.redis = RedisServer(folder / "redis", ports.of("redis"))
        self.kafka = KafkaServer(folder / "kafka", port=ports.of("kafka"))
        self.s3 = S3Server(folder / "s3", ports.of("s3"))
        self.smtp = SmtpServer(folder / "smtp", ports.of("smtp"))

    @property
    def all(self) -> Sequence[Server]:
        """All servers."""
        return (self.postgres, self.redis, self.kafka, self.s3, self.smtp)

    @contextmanager
    def running(self) -> Iterator[Outside]:
        """Start all servers, yield their URLs, and stop them. Raises ServerMissing, ServerFailed."""
        self._logs.mkdir(parents=True, exist_ok=True)
        processes = [ServerProcess(server, self._logs / f"{server.name}.log") for server in self.all]
        with all_running(processes):
            yield Outside(
                databases={name: self._database(name) for name in SUBGRAPHS},
                events=self.kafka.url,
                store=self.redis.url,
                objects=self.s3.url,
                mail=self.smtp.url,
            )

    def _database(self, name: str) -> str:
        if self.postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            return self.postgres.database_url(name)
        return self.postgres.create_database(name)


class Announcer:
    """Prints the output of processes, and calls `on_up` once each has reported that it is ready."""

    def __init__(self, names: Sequence[str], on_up: Callable[[], None]) -> None:
        self._printer = Printer(sys.stdout)
        self._waiting = set(names)
        self._on_up = on_up

    @property
    def width(self) -> int:
        """The width of the names' column, set by the supervisor."""
        width: int = self._printer.width
        return width

    @width.setter
    def width(self, width: int) -> None:
        self._printer.width = width

    def write(self, message: Message) -> None:
        """Print one line, with its process's name in its colour."""
        self._printer.write(message)
        if message.name in self._waiting and b"answers" in message.data:
            self._waiting.discard(message.name)
            if not self._waiting:
                self._on_up()


def run(folder: Path, port: int, *, demo: bool) -> int:
    """Run everything until stopped; returns the exit code. Raises ServerMissing, ServerFailed, JobFailed."""
    ports, servers = Ports(port), Servers(folder, Ports(port))
    if problems := ports.taken():
        raise ServerFailed("; ".join(problems).replace("--port", "make stack ARGS='--port N'"))
    _say(f"starting {', '.join(server.name for server in servers.all)} in {folder} ...")
    with servers.running() as outside:
        platform = Platform(folder / "platform", outside, port=ports.of)
        platform.prepare(demo=demo, on_job=lambda job: _say(f"{job.name} ..."))
        _say(f"starting {', '.join(platform.processes)} ...")
        return _supervise(platform, lambda: _say(_page(platform, servers, folder, demo=demo)))


def _supervise(platform: Platform, on_up: Callable[[], None]) -> int:
    """Run the platform's processes until one ends or a signal arrives, then stop all."""
    manager.KILL_WAIT = GRACEFUL_SHUTDOWN + 5  # the time for requests in flight, plus a margin
    supervisor = manager.Manager(Announcer(list(platform.processes), on_up))
    for name, process in platform.processes.items():
        supervisor.add_process(name, f"exec {shlex.join(process.command())}", env=clean_environment(process.variables))
    supervisor.loop()
    wanted = supervisor.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    return 0 if wanted else supervisor.returncode or FAILED


def _page(platform: Platform, servers: Servers, folder: Path, *, demo: bool) -> str:
    page = PAGE.format(
        processes=len(platform.processes),
        servers=len(servers.all),
        url=platform.routers["router"].url,
        files=platform.subgraphs["media"].url,
        mails=servers.smtp.folder / "mails",
        folder=folder,
    )
    return f"{page}{LOGINS}" if demo else page


def _say(text: str) -> None:
    print(text, flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise Interrupted


def main() -> int:
    """Read the command line and run; the exit code."""
    options = argparse.ArgumentParser(prog="make stack", description=__doc__)
    options.add_argument("--port", type=int, default=4000, help="The router's port; the next 13 ports are used, too.")
    options.add_argument("--data", type=Path, default=Path(".stack"), help="The folder for all data.")
    options.add_argument("--no-demo", dest="demo", action="store_false", help="Do not add demo data.")
    given = options.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return run(given.data.absolute(), given.port, demo=given.demo)
    except Interrupted:
        return 0
    except (ServerMissing, ServerFailed, JobFailed) as failure:
        print(f"stack: {failure}", file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
