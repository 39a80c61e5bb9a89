"""A graph whose subgraphs reply what a test wants; operations are executed by both paths of the executor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hanse_router.execute import Call, CompiledPlan, run
from hanse_router.execute.limits import DEFAULT_LIMITS, ExecutionLimits
from hanse_router.planner import Planner
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import api_schema
from tests.router.execute.paths import compare_paths
from tests.router.planning import operation_of

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@context", "@fromContext", "@override"])\n'
)
Reply = Callable[[dict[str, Any]], Any]
"""A subgraph: from the decoded request to its reply, as a value or as bytes."""


class Answering(CoroutineTransport):
    """The transport of a subgraph that a function replaces."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.sent: list[bytes] = []

    async def send(self, request: SubgraphRequest) -> bytes:
        """The function's reply."""
        self.sent.append(request.body)
        try:
            body = json.loads(request.body)
        except RecursionError:  # a value that is nested too deeply for this decoder
            body = {}
        reply = self._reply(body)
        return reply if isinstance(reply, bytes) else json.dumps(reply).encode()

    def stream(self, request: SubgraphRequest) -> Any:
        """Not here."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close."""


class Federation:
    """Composed subgraphs. After `answer`, `sent` has the requests of the general path by subgraph."""

    def __init__(self, limits: ExecutionLimits = DEFAULT_LIMITS, **sdl: str) -> None:
        sources = [SubgraphSource(name, _LINK + text, f"http://{name}") for name, text in sdl.items()]
        composition = compose(sources)
        assert composition.supergraph is not None, composition.errors
        self.planner = Planner(composition.supergraph)
        self.api_schema = api_schema(composition.supergraph)
        self._limits = limits
        self.sent: Mapping[str, list[dict[str, Any]]] = {}

    def compiled(self, text: str, **options: Any) -> CompiledPlan:
        """The plan of an operation, compiled."""
        operation = operation_of(self.planner, text)
        plan = self.planner.plan(operation)
        return CompiledPlan(plan, operation, self.api_schema, limits=self._limits, **options)

    async def answer(self, text: str, variables: Mapping[str, Any] | None = None, **replies: Reply) -> dict[str, Any]:
        """The response, the same by both paths and with the same requests. Raises AssertionError where they differ."""
        calls: list[Mapping[str, Answering]] = []

        def new_call() -> tuple[Call, Mapping[str, list[bytes]]]:
            subgraphs = {name: Answering(reply) for name, reply in replies.items()}
            calls.append(subgraphs)
            return Call(subgraphs), {name: subgraph.sent for name, subgraph in subgraphs.items()}

        response = await compare_paths(self.compiled(text), variables or {}, new_call)
        self.sent = {name: [json.loads(body) for body in subgraph.sent] for name, subgraph in calls[0].items()}
        decoded: dict[str, Any] = json.loads(response.encode())
        return decoded

    async def run(self, compiled: CompiledPlan, **replies: Reply) -> bytes:
        """The response as a client receives it."""
        subgraphs = {name: Answering(reply) for name, reply in replies.items()}
        return (await run(compiled, {}, Call(subgraphs))).encode()
