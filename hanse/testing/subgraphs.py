"""Subgraphs in the process of the test: from SDL with resolvers, or a Strawberry schema."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeAlias, runtime_checkable

import orjson
from graphql import ExecutionResult, GraphQLResolveInfo, default_field_resolver, graphql

from hanse.mocks import MockSubgraph, MockValues
from hanse.mocks.executable import ExecutableSubgraph, executable

Json = Mapping[str, Any]
Entities: TypeAlias = Sequence[Json] | Callable[[Json], Any]
_PLACEHOLDER = "subgraph"


@runtime_checkable
class StrawberrySchema(Protocol):
    """What is used of a Strawberry schema."""

    def as_str(self) -> str:
        """The SDL."""
        ...

    def execute(self, query: str | None, **options: Any) -> Awaitable[Any]:
        """The result of an operation."""
        ...


class InProcessSubgraph(Protocol):
    """A subgraph that a TestSupergraph calls."""

    @property
    def schema_text(self) -> str:
        """The SDL that is composed."""
        ...

    async def answer(self, request: Json, headers: Mapping[str, str]) -> Json:
        """The response to a GraphQL request."""
        ...


@dataclass(frozen=True)
class SdlSubgraph:
    """A subgraph from SDL.

    `resolvers` has values, or functions of (parent, info, **arguments), by coordinate: `Query.product`. Fields without
    one are read from their parent. `entities` has, by type, objects that are found by the key fields of a
    representation, or a function of the representation; both may be async. Without an entry, an entity is its
    representation.
    """

    sdl: str
    resolvers: Mapping[str, Any] = field(default_factory=dict)
    entities: Mapping[str, Entities] = field(default_factory=dict)

    @property
    def schema_text(self) -> str:
        """The SDL that is composed."""
        return self.sdl

    @cached_property
    def _executable(self) -> ExecutableSubgraph:
        return executable(_PLACEHOLDER, self.sdl)

    async def answer(self, request: Json, headers: Mapping[str, str]) -> Json:
        """The response to a GraphQL request. Raises InvalidSdlError."""
        result = await graphql(
            self._executable.schema,
            request["query"],
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
            context_value={"headers": headers},
            field_resolver=self._resolve,
            type_resolver=_type_of,
        )
        return response_json(result)

    def _resolve(self, parent: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        coordinate = f"{info.parent_type.name}.{info.field_name}"
        if coordinate in self.resolvers:
            resolver = self.resolvers[coordinate]
            return resolver(parent, info, **arguments) if callable(resolver) else resolver
        if coordinate == "Query._entities":
            return [self._entity(one) for one in arguments["representations"]]
        return default_field_resolver(parent, info, **arguments)

    def _entity(self, representation: Json) -> Any:
        entities = self.entities.get(representation["__typename"])
        if entities is None:
            return representation
        if callable(entities):
            found = entities(representation)
            return _typed_later(representation, found) if inspect.isawaitable(found) else _typed(representation, found)
        return _typed(representation, next((one for one in entities if _matches(one, representation)), None))


def _matches(entity: Json, representation: Json) -> bool:
    """Whether an object has all values of a representation that it knows: the key among them."""
    known = representation.keys() & entity.keys() - {"__typename"}
    return bool(known) and all(entity[name] == representation[name] for name in known)


def _typed(representation: Json, found: Any) -> Any:
    """The object with the type and the fields of its representation, such as required ones."""
    return {**representation, **found} if isinstance(found, Mapping) else found


async def _typed_later(representation: Json, found: Awaitable[Any]) -> Any:
    return _typed(representation, await found)


def _type_of(value: Any, *_: Any) -> str | None:
    return value.get("__typename") if isinstance(value, Mapping) else type(value).__name__


@dataclass(frozen=True)
class StrawberrySubgraph:
    """A subgraph of a `strawberry.federation.Schema`. `context` is the context value, or a function of the headers."""

    schema: StrawberrySchema
    context: Any = None

    @cached_property
    def schema_text(self) -> str:
        """The SDL that is composed."""
        return self.schema.as_str()

    async def answer(self, request: Json, headers: Mapping[str, str]) -> Json:
        """The response to a GraphQL request."""
        result = await self.schema.execute(
            request["query"],
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
            context_value=self.context(headers) if callable(self.context) else self.context,
        )
        return response_json(result)


@dataclass(frozen=True)
class MockedSubgraph:
    """A subgraph from SDL that answers with made-up data of the right types: the same for the same key and values."""

    sdl: str
    values: MockValues = field(default_factory=MockValues)

    @property
    def schema_text(self) -> str:
        """The SDL that is composed."""
        return self.sdl

    @cached_property
    def _mock(self) -> MockSubgraph:
        return MockSubgraph(_PLACEHOLDER, self.sdl, self.values)

    async def answer(self, request: Json, headers: Mapping[str, str]) -> Json:
        """The response to a GraphQL request. Raises InvalidSdlError."""
        response: Json = orjson.loads(self._mock.execute(orjson.dumps(request)))
        return response


SubgraphLike: TypeAlias = str | InProcessSubgraph | StrawberrySchema


def subgraph_of(given: SubgraphLike) -> InProcessSubgraph:
    """The subgraph of SDL, of a Strawberry schema, or as it is."""
    if isinstance(given, str):
        return SdlSubgraph(given)
    return StrawberrySubgraph(given) if isinstance(given, StrawberrySchema) else given


def response_json(result: ExecutionResult) -> Json:
    """A result as the response that is sent."""
    errors = [error.formatted for error in result.errors or ()]
    return {"data": result.data, **({"errors": errors} if errors else {})}
