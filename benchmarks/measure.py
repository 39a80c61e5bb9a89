"""One router under load: CPU time per request, requests per second, and one response for comparison."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cases import Case
from benchmarks.contestants import Contestant
from benchmarks.processes import cpu_seconds, free_port, start, stop, wait_for_port

ROUTER_CORE, OTHER_CORE = 0, 1
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Setting:
    """The load: seconds of warm-up and of each round, number of connections, delay of the stub subgraphs in ms."""

    seconds: float = 3.0
    warm: float = 3.0
    rounds: int = 3
    connections: int = 50
    delay: float = 0.0


class Round(NamedTuple):
    """One round of load; the members are those of `Measured`."""

    cpu_ms: float
    per_second: float
    p99_ms: float
    fetches: float


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU milliseconds per request, requests per second of wall time and per second of CPU, subgraph requests."""

    cpu_ms: float
    per_second: float
    p99_ms: float
    fetches: float
    reply: Any


class Stub:
    """The subgraphs' process."""

    def __init__(self, folder: Path, delay: float) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "benchmarks.stub", str(self.port), str(delay)]
        self._process = start(command, core=OTHER_CORE, log=folder / "stub.log", cwd=ROOT)
        wait_for_port(self.port, self._process)
        self.url = f"http://127.0.0.1:{self.port}"

    def requests(self) -> int:
        """The number of requests it has received."""
        with urllib.request.urlopen(f"{self.url}/requests", timeout=10) as reply:
            return int(reply.read())

    def close(self) -> None:
        """Stop the process."""
        stop(self._process)


class Running:
    """A router that was started over a case's supergraph, on a core of its own. Stop it with `close`."""

    def __init__(self, contestant: Contestant, case: Case, stub: Stub, folder: Path, setting: Setting) -> None:
        """Start it, and wait for its first reply. Raises RuntimeError if it does not run."""
        self._path, self._stub, self._setting, self._failing = contestant.path, stub, setting, case.failing
        self._port = free_port()
        folder.mkdir(exist_ok=True)
        supergraph = folder / "supergraph.graphql"
        supergraph.write_text(case.supergraph(stub.url), encoding="utf-8")
        self._body = folder / "request.json"
        self._body.write_bytes(case.body)
        self._log = folder / "router.log"
        self._log.write_bytes(b"")
        command = contestant.command(supergraph, self._port)
        self._process = start(command, core=ROUTER_CORE, log=self._log, env=contestant.environment, cwd=folder)
        try:
            wait_for_port(self._port, self._process)
            self.reply = _first_reply(f"http://127.0.0.1:{self._port}{self._path}", case.body)
        except (RuntimeError, OSError) as error:
            self.close()
            raise self._failure(error) from error

    def warm_up(self) -> None:
        """Load it for the setting's seconds of warming up. Raises RuntimeError if it does not respond."""
        try:
            _load(self._port, self._path, self._body, self._setting, self._setting.warm)
        except (RuntimeError, OSError) as error:
            raise self._failure(error) from error

    def round(self) -> Round:
        """Load it for one round. Raises RuntimeError if it fails or if replies differ."""
        before, used = self._stub.requests(), cpu_seconds(self._process.pid)
        try:
            loaded = _load(self._port, self._path, self._body, self._setting, self._setting.seconds)
        except (RuntimeError, OSError) as error:
            raise self._failure(error) from error
        used, fetches = cpu_seconds(self._process.pid) - used, self._stub.requests() - before
        if loaded["different"] and not self._failing:  # the order of errors is not promised
            raise self._failure(RuntimeError(f"{loaded['different']} of {loaded['requests']} replies were different"))
        count = loaded["requests"]
        return Round(1000 * used / count, count / loaded["seconds"], 1000 * loaded["p99"], fetches / count)

    def close(self) -> None:
        """Stop the process."""
        stop(self._process)

    def _failure(self, error: Exception) -> RuntimeError:
        printed = self._log.read_text(encoding="utf-8", errors="replace")[-500:]
        return RuntimeError(f"{error}; it printed: {printed}")


def measure(contestant: Contestant, case: Case, stub: Stub, folder: Path, setting: Setting) -> Measured:
    """The median round of one router by itself. Raises RuntimeError if it does not run."""
    running = Running(contestant, case, stub, folder, setting)
    try:
        running.warm_up()
        rounds = sorted(running.round() for _ in range(setting.rounds))
    finally:
        running.close()
    return Measured(*rounds[len(rounds) // 2], running.reply)


def _first_reply(url: str, body: bytes) -> Any:
    deadline = time.monotonic() + 30
    headers = {"content-type": "application/json", "accept": "application/json"}
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as reply:
                return json.load(reply)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _load(port: int, path: str, body: Path, setting: Setting, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.load", "127.0.0.1", str(port), path, str(body)]
    command += [str(setting.connections), str(seconds)]
    pinned = ["taskset", "-c", str(OTHER_CORE), *command]
    done = subprocess.run(pinned, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 120, check=False)
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr[-300:]}")
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded
