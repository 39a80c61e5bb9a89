"""Clients of the oracles' processes (one line per request and response), and verdicts on subgraph sets."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from hanse_schema.subgraph.model import SubgraphSource

OracleName = Literal["apollo", "guild"]
FOLDER = Path(__file__).parent


class OracleCrash(RuntimeError):
    """The oracle process died or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of composing one subgraph set.

    `errors` holds (code, message). `crash` is set if the composer threw anything other than a composition error, or
    timed out: then nothing is known. `milliseconds` has one time per run.
    """

    errors: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()
    sdl: str | None = None
    crash: str | None = None
    milliseconds: tuple[float, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether composition succeeded."""
        return not self.errors and self.crash is None

    @property
    def codes(self) -> tuple[str, ...]:
        """The distinct codes of the errors, sorted."""
        return tuple(sorted({code for code, _ in self.errors}))


def ensure_installed() -> None:
    """Install the oracles' packages as locked, once.

    Raises `OracleCrash` if Node or npm is missing, `subprocess.CalledProcessError` if the install fails.
    """
    if not shutil.which("node") or not shutil.which("npm"):
        raise OracleCrash("the oracles need Node 20 or newer and npm on the PATH")
    if not (FOLDER / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=FOLDER, check=True)


class NodeProcess:
    """A Node script with one line per request and response; a context manager. Restarts after a crash or timeout.

    Not thread-safe.
    """

    def __init__(self, script: str, *, timeout: float = 30.0) -> None:
        """`timeout` is the maximum time of a response, in seconds."""
        self._script = script
        self._timeout = timeout
        self._process: subprocess.Popen[str] | None = None
        self._asked = 0

    def __enter__(self) -> Self:
        ensure_installed()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None

    def _streams(self) -> tuple[IO[str], IO[str]]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                ["node", "--max-old-space-size=4096", self._script],
                cwd=FOLDER,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def ask(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Send a request and return the response, within `timeout` seconds or the process's default.

        Raises OracleCrash; the next request restarts the process.
        """
        self._asked += 1
        try:
            return self._ask({"id": self._asked, **request}, timeout or self._timeout)
        except OracleCrash:
            self.close()
            raise

    def _ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        requests, answers = self._streams()
        try:
            requests.write(json.dumps(request) + "\n")
            requests.flush()
        except OSError as error:
            raise OracleCrash("the oracle process died") from error
        # One request is in flight at a time, so nothing is buffered after the awaited line.
        if not select.select([answers], [], [], timeout)[0]:
            raise OracleCrash(f"no answer within {timeout:g} s")
        line = answers.readline()
        if not line:
            raise OracleCrash("the oracle process died")
        answer: dict[str, Any] = json.loads(line)
        return answer


class OracleProcess(NodeProcess):
    """The reference composers."""

    def __init__(self, *, timeout: float = 30.0) -> None:
        """`timeout` is the maximum time of a composition, in seconds."""
        super().__init__("compose.mjs", timeout=timeout)

    def compose(
        self, oracle: OracleName, subgraphs: Sequence[SubgraphSource], *, repeat: int = 1, timeout: float | None = None
    ) -> Verdict:
        """Compose with the reference composer of that name.

        `repeat` composes several times for timing; `timeout` (seconds) replaces the process's own for this call.
        If the composer throws or hangs, the verdict has `crash`.
        """
        request = {
            "oracle": oracle,
            "repeat": repeat,
            "subgraphs": [{"name": s.name, "url": s.url, "sdl": s.sdl} for s in subgraphs],
        }
        try:
            answer = self.ask(request, timeout)
        except OracleCrash as crash:
            return Verdict(crash=str(crash))
        return Verdict(
            errors=tuple((error["code"], error["message"]) for error in answer["errors"]),
            hints=tuple(answer["hints"]),
            sdl=answer["supergraphSdl"],
            crash=answer.get("crash"),
            milliseconds=tuple(answer["milliseconds"]),
        )
