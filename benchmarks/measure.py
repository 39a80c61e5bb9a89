"""One router under one operation's load: CPU time per request, requests per second, and whether the answer is right."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import Case
from benchmarks.contestants import Contestant
from benchmarks.processes import cpu_seconds, free_port, start, stop, wait_for_port

ROUTER_CORE, OTHER_CORE = 0, 1
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Setting:
    """How hard and how long: seconds of warming up and of each of the rounds, connections, the stub's delay in ms."""

    seconds: float = 3.0
    warm: float = 3.0
    rounds: int = 3
    connections: int = 50
    delay: float = 0.0


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
        """How many requests it had."""
        with urllib.request.urlopen(f"{self.url}/requests", timeout=10) as reply:
            return int(reply.read())

    def close(self) -> None:
        """End it."""
        stop(self._process)


def measure(contestant: Contestant, case: Case, stub: Stub, folder: Path, setting: Setting) -> Measured:
    """Start the router on a core of its own, warm it up, load it, end it. Raises RuntimeError where it does not run."""
    port = free_port()
    supergraph = folder / "supergraph.graphql"
    supergraph.write_text(case.supergraph(stub.url), encoding="utf-8")
    body = folder / "request.json"
    body.write_bytes(case.body)
    log = folder / "router.log"
    log.write_bytes(b"")
    command = contestant.command(supergraph, port)
    process = start(command, core=ROUTER_CORE, log=log, env=contestant.environment, cwd=folder)
    try:
        wait_for_port(port, process)
        reply = _first_reply(f"http://127.0.0.1:{port}{contestant.path}", case.body)
        _load(port, contestant.path, body, setting, setting.warm)
        rounds = []
        for _ in range(setting.rounds):
            asked, used = stub.requests(), cpu_seconds(process.pid)
            loaded = _load(port, contestant.path, body, setting, setting.seconds)
            used, asked = cpu_seconds(process.pid) - used, stub.requests() - asked
            if loaded["different"] and not case.failing:  # the order of errors is nobody's promise
                raise RuntimeError(f"{loaded['different']} of {loaded['requests']} replies were different")
            count = loaded["requests"]
            rounds.append((1000 * used / count, count / loaded["seconds"], 1000 * loaded["p99"], asked / count))
        rounds.sort()
        return Measured(*rounds[len(rounds) // 2], reply)
    except (RuntimeError, OSError) as error:
        told = log.read_text(encoding="utf-8", errors="replace")[-500:]
        raise RuntimeError(f"{error}; it printed: {told}") from error
    finally:
        stop(process)


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
        raise RuntimeError(f"the load broke off: {done.stderr[-300:]}")
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded
