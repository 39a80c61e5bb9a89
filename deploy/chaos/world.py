"""The platform as processes on real servers, each of which can be killed and restarted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from deploy.platform import HANSE, Outside, Platform, PlatformProcess
from deploy.project import SUBGRAPHS
from deploy.servers.base import Server, ServerProcess
from deploy.servers.kafka import KafkaServer
from deploy.servers.postgres import Postgres
from deploy.servers.redis import RedisServer

RELAYS = ("catalog", "payments")  # with relays as separate processes
AT_ONCE = 4  # processes started concurrently
CONSUMERS = ("analytics", "audit")  # with two separate consumer processes each, so that groups are rebalanced

VARIABLES = {
    "HANSE_ROUTER_RATE_LIMITS__REQUESTS": '{"max": 1000000}',  # so that every operation uses Redis
    "HANSE_ROUTER_RATE_LIMITS__SIGNED_IN": '{"max": 1000000}',
    "HANSE_ROUTER_RATE_LIMITS__FIELDS": '{"Mutation.register": {"max": 1000000}, "Mutation.login": {"max": 1000000}}',
    "HANSE_USERS_ARGON2_TIME_COST": "1",
    "HANSE_USERS_ARGON2_MEMORY_KIB": "64",
    **{f"HANSE_{name}_RELAY_EVENTS".upper(): "false" for name in RELAYS},
    **{f"HANSE_{name}_CONSUME_EVENTS".upper(): "false" for name in CONSUMERS},
}


@dataclass(frozen=True, slots=True)
class Worker:
    """A relay or consumer as a process: a `Server` without a URL."""

    name: str
    kind: str  # relay or consumer
    subgraph: str
    variables: Mapping[str, str]

    @property
    def url(self) -> str:
        """It has none."""
        return ""

    def prepare(self) -> None:
        """Nothing to do."""

    def command(self) -> list[str]:
        return [str(HANSE), self.kind, self.subgraph]

    def environment(self) -> Mapping[str, str]:
        return self.variables

    def ready(self) -> bool:
        """It is at work when it comes to it: nobody waits for it."""
        return True


class World:
    """All servers and processes of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "postgres", connections=500)
        self.kafka = KafkaServer(folder / "kafka")
        self.redis = RedisServer(folder / "redis")
        self.processes: dict[str, ServerProcess] = {}
        self.kinds: dict[str, str] = {}  # by process name
        self.platform: Platform
        self.databases: dict[str, str] = {}

    @contextlib.contextmanager
    def running(self) -> Iterator[World]:
        """Start everything in order; stop it in reverse order."""
        with ExitStack() as stack:
            for server in (self.postgres, self.kafka, self.redis):
                self._add(server, server.name, stack).start()
            self.databases = {name: self.postgres.create_database(name) for name in SUBGRAPHS}
            outside = Outside(databases=self.databases, events=self.kafka.url, store=self.redis.url)
            self.platform = Platform(self.folder / "platform", outside, routers=2, variables=VARIABLES)
            self.platform.prepare()
            parts: list[PlatformProcess | Worker] = [*self.platform.processes.values(), *self._workers()]
            ours = [self._add(part, part.kind, stack) for part in parts]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(ServerProcess.start, ours))
            yield self

    def _add(self, server: Server, kind: str, stack: ExitStack) -> ServerProcess:
        process = ServerProcess(server, self.folder / "logs" / f"{server.name}.log")
        process.log.parent.mkdir(exist_ok=True)
        stack.callback(process.kill)  # no graceful stop is needed at the end
        self.processes[server.name], self.kinds[server.name] = process, kind
        return process

    def _workers(self) -> list[Worker]:
        wanted = [(f"{name} relay {number}", "relay", name) for name in RELAYS for number in (1, 2)]
        wanted += [(f"{name} consumer {number}", "consumer", name) for name in CONSUMERS for number in (1, 2)]
        return [Worker(name, kind, of, self.platform.subgraphs[of].variables) for name, kind, of in wanted]

    @property
    def routers(self) -> list[PlatformProcess]:
        """The routers."""
        return list(self.platform.routers.values())
