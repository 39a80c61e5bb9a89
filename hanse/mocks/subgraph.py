"""A mock of one subgraph: it answers any valid operation, entities by their keys among them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import orjson
from graphql import ExecutionResult, GraphQLError, execute_sync, parse

from hanse.mocks.executable import executable
from hanse.mocks.resolve import MockObject, Resolver
from hanse.mocks.values_file import MockValues

EVENT_SECONDS = 1.0  # between two events of a subscription


class MockSubgraph:
    """Data for the operations on a subgraph. The same seed and SDL make the same data."""

    def __init__(self, name: str, sdl: str, values: MockValues | None = None) -> None:
        """Raises InvalidSdlError."""
        subgraph = executable(name, sdl)
        self.schema = subgraph.schema
        self._resolver = Resolver(subgraph, sdl, values or MockValues())

    def execute(self, body: bytes, *, event: int = 0) -> bytes:
        """The response to an encoded GraphQL request, as JSON; of a subscription, its event with a number."""
        request = orjson.loads(body)
        try:
            document = parse(str(request.get("query", "")), no_location=True)
        except GraphQLError as error:
            return _encoded(ExecutionResult(None, [error]))
        result = execute_sync(
            self.schema,
            document,
            root_value=MockObject("Subscription", f"Subscription {event}") if event else None,
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
            field_resolver=self._resolver.field,
            type_resolver=self._resolver.type_of,
        )
        return _encoded(result)

    async def events(self, body: bytes) -> AsyncIterator[bytes]:
        """The events of a subscription, one a second, for ever."""
        for number in itertools.count(1):
            yield self.execute(body, event=number)
            await asyncio.sleep(EVENT_SECONDS)


def _encoded(result: ExecutionResult) -> bytes:
    errors = [error.formatted for error in result.errors or ()]
    return orjson.dumps({"data": result.data, **({"errors": errors} if errors else {})})
