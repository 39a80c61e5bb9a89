"""The distributed platform as processes: their commands and environments, made from the URLs of their backends.

`make stack`, `make chaos` and tests on real servers use it. Each process is a `Server`, so it can be
killed and restarted. Commands and variables are those of the containers in compose.yml.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.project import PROJECT, SUBGRAPHS
from deploy.servers.base import free_port

HANSE = Path(sys.executable).parent / "hanse"
JOB_SECONDS = 180.0
ANSWER_SECONDS = 2.0
INHERITED = frozenset(
    {"HOME", "LANG", "PATH", "PYTHONPATH", "TMPDIR", "TZ"}
)  # the variables that a child process inherits


@dataclass(frozen=True, slots=True)
class Outside:
    """The URLs of the platform's backends; empty for the embedded adapter, in the process's folder."""

    databases: Mapping[str, str] = field(default_factory=dict)  # by subgraph
    events: str = ""
    store: str = ""  # for rate limits and caches of routers, and announcements of subgraphs
    objects: str = ""
    mail: str = ""


class JobFailed(Exception):
    """A command that prepares the platform failed. The message contains its output."""


@dataclass(frozen=True, slots=True)
class Job:
    """A command that runs once, before or beside the processes."""

    name: str
    command: list[str]
    variables: Mapping[str, str]

    def run(self) -> str:
        """Run the command; returns its output. Raises JobFailed."""
        try:
            done = subprocess.run(
                self.command,
                env=clean_environment(self.variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=JOB_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise JobFailed(f"{self.name} was not done within {JOB_SECONDS:.0f} s") from error
        if done.returncode:
            raise JobFailed(f"{self.name} ended with {done.returncode}: {done.stdout.strip()}")
        return done.stdout


@dataclass(slots=True)
class PlatformProcess:
    """A subgraph or router as a `Server`."""

    name: str
    port: int
    arguments: tuple[str, ...]
    variables: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The kind of process: subgraph or router."""
        return self.arguments[0]

    @property
    def url(self) -> str:
        """The URL of its HTTP server."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Nothing to prepare: the jobs do it."""

    def command(self) -> list[str]:
        return [str(HANSE), *self.arguments, "--port", str(self.port)]

    def environment(self) -> Mapping[str, str]:
        return self.variables

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=ANSWER_SECONDS) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


class Platform:
    """The subgraphs and routers as processes, with their own data in one folder."""

    def __init__(
        self,
        folder: Path,
        outside: Outside,
        *,
        routers: int = 1,
        port: Callable[[str], int] = lambda _: free_port(),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """`port` returns the port of a process by name. `variables` are additional settings for all processes.

        The first router is named `router`, the others `router-2` and so on.
        """
        self.folder = folder.absolute()
        self._outside = outside
        self._more = {"PYTHONUNBUFFERED": "1", **(variables or {})}
        names = ["router", *(f"router-{number}" for number in range(2, routers + 1))]
        self._ports = {name: port(name) for name in (*names, *SUBGRAPHS)}
        self.subgraphs = {name: self._subgraph(name) for name in SUBGRAPHS}
        self.routers = {name: self._router(name) for name in names}

    @property
    def processes(self) -> dict[str, PlatformProcess]:
        """All processes by name, in starting order."""
        return {**self.subgraphs, **self.routers}

    @property
    def url(self) -> str:
        """The GraphQL URL of the first router."""
        return f"{self.routers['router'].url}/graphql"

    @property
    def supergraph(self) -> Path:
        """The file of the supergraph, written by the job `compose`."""
        return self.folder / "supergraph.graphql"

    def jobs(self, *, demo: bool = False) -> list[Job]:
        """The jobs to run before the processes start, in order."""
        data, everything = ("--data", str(self.folder / "jobs")), self._of_all_subgraphs()
        composing = ("--config", str(self._supergraph_config), "--output", str(self.supergraph))
        topics = [str(HANSE), "events", "setup", "--url", self._outside.events]
        return [
            Job("migrate", [str(HANSE), "migrate", "up", *data], everything),
            *([Job("topics", topics, {})] if self._outside.events.startswith("kafka:") else []),
            Job("compose", [str(HANSE), "compose", *composing], {}),
            *([Job("demo", [str(HANSE), "demo", *data], everything)] if demo else []),
        ]

    def prepare(self, *, demo: bool = False, on_job: Callable[[Job], None] = lambda _: None) -> None:
        """Create the folder and run every job; calls `on_job` before each. Raises JobFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._supergraph_config.write_text(json.dumps({"subgraphs": self._routed()}, indent=2))
        for job in self.jobs(demo=demo):
            on_job(job)
            job.run()

    @property
    def _supergraph_config(self) -> Path:
        return self.folder / "supergraph.yaml"

    def _subgraph(self, name: str) -> PlatformProcess:
        return PlatformProcess(name, self._ports[name], ("subgraph", name), {**self._settings(name), **self._more})

    def _router(self, name: str) -> PlatformProcess:
        variables = {
            "HANSE_ROUTER_JWT__ISSUERS": json.dumps([self._issuer]),
            # All routers share one key, so that subgraphs accept tokens of each.
            "HANSE_ROUTER_IDENTITY__KEY_FILE": str(self.folder / "router" / "router-signing.json"),
            **({"HANSE_ROUTER_STORE__URL": self._outside.store} if self._outside.store else {}),
            **self._more,
        }
        return PlatformProcess(name, self._ports[name], ("router", "--supergraph", str(self.supergraph)), variables)

    @property
    def _issuer(self) -> dict[str, object]:
        """The users subgraph as an issuer of access tokens."""
        lists = f"http://127.0.0.1:{self._ports['users']}/.well-known"
        urls = {"jwks_url": f"{lists}/jwks.json", "revocations_url": f"{lists}/revocations.json"}
        return {"issuer": "hanse-users", "audiences": ["hanse"], **urls}

    @property
    def _users_keys(self) -> str:
        return f"http://127.0.0.1:{self._ports['users']}/.well-known/jwks.json"

    def _settings(self, name: str) -> dict[str, str]:
        """The settings of one subgraph, as environment variables."""
        given = {
            "DATA_DIR": str(self.folder / name),
            "DATABASE_URL": self._outside.databases.get(name)
            or f"sqlite+aiosqlite:///{self.folder / name / name}.sqlite",
            "EVENTS_URL": self._outside.events or f"embedded:{self.folder / 'events.sqlite'}",
            "PERSON_KEYS_URL": f"sqlite+aiosqlite:///{self.folder / 'person-keys.sqlite'}",
            "ROUTER_JWKS_URL": f"http://127.0.0.1:{self._ports['router']}/.well-known/jwks.json",
            "MIGRATE_ON_START": "false",
            **self._own_settings().get(name, {}),
        }
        return {f"HANSE_{name.upper()}_{field}": value for field, value in given.items() if value}

    def _own_settings(self) -> dict[str, dict[str, str]]:
        """Additional settings of single subgraphs."""
        return {
            "media": {
                "STORAGE_URL": self._outside.objects,
                "USERS_JWKS_URL": self._users_keys,
                "PUBLIC_URL": f"http://127.0.0.1:{self._ports['media']}",
            },
            "notifications": {"MAIL_URL": self._outside.mail, "LIVE_URL": self._live},
            "analytics": {"LIVE_URL": self._live},
        }

    @property
    def _live(self) -> str:
        """The URL for announcements between replicas. One node of a cluster suffices: messages reach all nodes."""
        return self._outside.store.replace("+cluster:", ":", 1)

    def _of_all_subgraphs(self) -> dict[str, str]:
        return {name: value for process in self.subgraphs.values() for name, value in process.variables.items()}

    def _routed(self) -> dict[str, dict[str, object]]:
        return {
            name: {
                "routing_url": f"{process.url}/graphql",
                "schema": {"file": str(PROJECT.published / f"{name}.graphql")},
            }
            for name, process in self.subgraphs.items()
        }


def clean_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: these variables and a few inherited ones, not the shell's settings."""
    return {**{name: value for name, value in os.environ.items() if name in INHERITED}, **variables}
