"""A supergraph in the process of the test: composed, planned and executed as the router does, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLSchema, parse

from hanse.testing.response import SubgraphRequest, TestResponse
from hanse.testing.subgraphs import InProcessSubgraph, SubgraphLike, subgraph_of
from hanse_router.app import Router, create_router
from hanse_router.errors import RouterError
from hanse_router.planner import Planner, QueryPlan
from hanse_router.prepare.expand import expand_operation
from hanse_router.request import ANONYMOUS, GraphQLRequest, Principal, RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from hanse_schema.checks.repair import repairs_for
from hanse_schema.compose import Composition, SubgraphSource, compose
from hanse_schema.supergraph import api_schema

_DEFAULTS: Mapping[str, Any] = {"identity": {"enabled": False}, "rate_limits": {"enabled": False}}


class CompositionFailed(AssertionError):
    """The subgraphs do not compose. The message has the diagnostics, each with its repairs."""

    def __init__(self, sources: Sequence[SubgraphSource], composition: Composition) -> None:
        repairs = {id(one.diagnostic): one.patches for one in repairs_for(sources, composition)}
        lines = [
            text
            for error in composition.errors
            for text in (str(error), *(f"  repair: {patch.title}" for patch in repairs.get(id(error), ())))
        ]
        super().__init__("\n".join(["the subgraphs do not compose:", *lines]))
        self.composition = composition


class _Endpoint:
    """A subgraph as the router calls it; notes each request."""

    def __init__(self, name: str, subgraph: InProcessSubgraph, requests: list[SubgraphRequest]) -> None:
        self._name = name
        self._subgraph = subgraph
        self._requests = requests

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """Answer a request."""
        request = orjson.loads(body)
        self._requests.append(
            SubgraphRequest(self._name, request["query"], request.get("variables") or {}, dict(headers))
        )
        return 200, orjson.dumps(await self._subgraph.answer(request, headers))

    def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """No subscriptions: a test of them needs a server. Raises NotImplementedError."""
        raise NotImplementedError("a TestSupergraph executes queries and mutations")


class TestSupergraph:
    """A supergraph over subgraphs in this process.

    `subgraphs` are SDL, Strawberry schemas or SdlSubgraph, by name; `settings` those of router.yaml. Rate limits and
    tokens for subgraphs are off unless the settings say otherwise. Raises CompositionFailed.
    """

    __test__ = False  # not a class of tests

    def __init__(self, subgraphs: Mapping[str, SubgraphLike], settings: Mapping[str, Any] | None = None) -> None:
        found = {name: subgraph_of(given) for name, given in subgraphs.items()}
        sources = [
            SubgraphSource(name, subgraph.schema_text, f"http://{name}.test/graphql")
            for name, subgraph in found.items()
        ]
        composition = compose(sources)
        if composition.supergraph is None or composition.sdl is None:
            raise CompositionFailed(sources, composition)
        self.sdl = composition.sdl
        self.hints = composition.hints
        self.api_schema: GraphQLSchema = api_schema(composition.supergraph)
        self._supergraph = composition.supergraph
        self._planner = Planner(composition.supergraph)
        self._requests: list[SubgraphRequest] = []
        endpoints = {name: _Endpoint(name, subgraph, self._requests) for name, subgraph in found.items()}
        chosen = RouterSettings.load(None, **{**_DEFAULTS, **(settings or {})})
        self._router: Router = create_router(chosen, self.sdl, local_endpoints=endpoints)

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        caller: Principal = ANONYMOUS,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """The response to a query or mutation, as a client gets it. One at a time: requests are noted per operation.

        `caller` has the subject, scopes and policies that `@authenticated` and others ask for.
        """
        request = GraphQLRequest(query, operation_name, dict(variables) if variables is not None else None)
        context = RequestContext(caller, "127.0.0.1", {name.lower(): text for name, text in (headers or {}).items()})
        self._requests.clear()
        engine = self._router.engine
        try:
            pipeline = engine.pipeline(request)
            operation = pipeline.known(request) or await pipeline.prepared(request, context)
            response = await engine.execute(pipeline, operation, request, context)
        except RouterError as error:
            return TestResponse(None, [dict(one) for one in error.formatted()], {})
        body = orjson.loads(response.encode())
        return TestResponse(
            body.get("data"),
            body.get("errors", []),
            body.get("extensions", {}),
            tuple(self._requests),
            self.plan(query, operation_name),
        )

    def plan(self, query: str, operation_name: str | None = None) -> QueryPlan:
        """The plan of a valid operation for a caller who may see all. Raises PlanError, UnknownOperation."""
        operation = expand_operation(parse(query), self._supergraph, self.api_schema, operation_name)
        return self._planner.plan(operation)

    async def close(self) -> None:
        """Release what the router holds."""
        await self._router.stop()
