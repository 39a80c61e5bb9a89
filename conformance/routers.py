"""Routers under test: each loads a supergraph and executes operations."""

from __future__ import annotations

import asyncio
import json
import select
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from graphql import DocumentNode, parse, validate

from conformance.oracles.client import FOLDER, ensure_installed

if TYPE_CHECKING:
    from hanse_router.operation import Operation

Response = dict[str, Any]
_HANSE = str(Path(sys.executable).with_name("hanse"))


class RouterUnderTest(Protocol):
    """The interface of routers that the audit uses."""

    def load(self, supergraph: str) -> None:
        """Load this supergraph."""

    def answer(self, query: str) -> Response:
        """The GraphQL response, as decoded JSON."""

    def plan(self, query: str) -> str:
        """The query plan as text, or a remark that it is not available."""

    def close(self) -> None:
        """Stop all processes."""


class ReferenceRouter:
    """`@apollo/gateway` in a Node process."""

    def __init__(self, *, timeout: float = 20.0) -> None:
        """`timeout` is the maximum time of an operation, in seconds."""
        ensure_installed()
        self._timeout = timeout
        self._supergraph: str | None = None
        self._process: subprocess.Popen[str] | None = None

    def load(self, supergraph: str) -> None:
        """Store the supergraph; it is sent with the next operation."""
        self._supergraph = supergraph

    def answer(self, query: str) -> Response:
        """The response; a crash of the process becomes an error response."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"id": 1, "query": query, "supergraph": self._supergraph}) + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], self._timeout)[0]:
            self.close()
            return {"errors": [{"message": f"no answer within {self._timeout:g} s"}]}
        reply = json.loads(process.stdout.readline() or '{"crash": "the process died"}')
        self._supergraph = None
        response: Response = reply.get("response") or {"errors": [{"message": reply.get("crash")}]}
        return response

    def plan(self, query: str) -> str:
        """Not available for the reference router."""
        return "(not shown for the reference router)"

    def close(self) -> None:
        """Stop the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                ["node", "gateway.mjs"],
                cwd=FOLDER,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process


class HanseRouter:
    """`hanse router` as a separate process, over HTTP, as shipped."""

    def __init__(self, *, timeout: float = 60.0) -> None:
        """`timeout` is the maximum time of start-up and of an operation, in seconds."""
        self._timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="hanse-audit-")
        self._file = Path(self._folder.name) / "supergraph.graphql"
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(timeout=timeout)
        self._url = ""

    def load(self, supergraph: str) -> None:
        """Restart the router with this supergraph and wait until it is ready."""
        self._stop()
        self._file.write_text(supergraph, encoding="utf-8")
        port = _free_port()
        self._url = f"http://127.0.0.1:{port}"
        command = [_HANSE, "router", "--supergraph", str(self._file)]
        with (Path(self._folder.name) / "router.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(port)], cwd=self._folder.name, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if self._client.get(f"{self._url}/health/ready").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"hanse router did not become ready:\n{self._log()}")

    def answer(self, query: str) -> Response:
        """The response. Raises if it is not a JSON object."""
        response = self._client.post(f"{self._url}/graphql", json={"query": query})
        decoded: Response = response.json()
        return decoded

    def plan(self, query: str) -> str:
        """The output of `hanse plan`."""
        operation = Path(self._folder.name) / "operation.graphql"
        operation.write_text(query, encoding="utf-8")
        command = [_HANSE, "plan", "--supergraph", str(self._file), str(operation)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=self._timeout, check=False)
        return str(done.stdout + done.stderr)

    def close(self) -> None:
        """Stop the router and delete its files."""
        self._stop()
        self._client.close()
        self._folder.cleanup()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _log(self) -> str:
        return (Path(self._folder.name) / "router.log").read_text(encoding="utf-8", errors="replace")[-4000:]


class InProcessRouter:
    """Our planner and executor without server and guards, to debug plans."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._transports: dict[str, Any] = {}

    def load(self, supergraph: str) -> None:
        """Parse the supergraph and build the planner."""
        from hanse_router.planner import Planner
        from hanse_router.transports import make_transport
        from hanse_schema.supergraph import api_schema, parse_supergraph

        self._close_transports()
        parsed = parse_supergraph(supergraph)
        self._api_schema = api_schema(parsed)
        self._planner = Planner(parsed)

        async def connect() -> dict[str, Any]:
            return {info.name: make_transport(info.url) for info in parsed.subgraphs.values()}

        self._transports = self._loop.run_until_complete(connect())

    def answer(self, query: str) -> Response:
        """Validate, plan, execute."""
        from hanse_router.execute import CompiledPlan, run
        from hanse_router.execute.call import Call
        from hanse_router.planner import PlanError

        document = parse(query)
        if errors := validate(self._api_schema, document):
            return {"errors": [error.formatted for error in errors]}
        try:
            operation = self._operation(document)
            plan = self._planner.plan(operation)
        except PlanError as error:
            return {"data": None, "errors": [{"message": str(error)}]}
        compiled = CompiledPlan(plan, operation, self._api_schema)
        call = Call(transports=self._transports, headers=lambda _: {})
        response = self._loop.run_until_complete(asyncio.wait_for(run(compiled, {}, call), 20))
        decoded: Response = json.loads(response.encode())
        return decoded

    def plan(self, query: str) -> str:
        """The plan as text."""
        from hanse_router.planner.print_plan import print_plan

        return print_plan(self._planner.plan(self._operation(parse(query))))

    def _operation(self, document: DocumentNode) -> Operation:
        from hanse_router.prepare.expand import expand_operation

        return expand_operation(document, self._planner.graph.supergraph, self._api_schema)

    def close(self) -> None:
        """Close the transports and the event loop."""
        self._close_transports()
        self._loop.close()

    def _close_transports(self) -> None:
        for transport in self._transports.values():
            self._loop.run_until_complete(transport.close())
        self._transports = {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
