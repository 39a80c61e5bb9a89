"""Plans written by hand for tests: fetches from GraphQL text, and subgraphs with given replies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
    print_ast,
)

from hanse_router.execute import Call, run
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import (
    EntityGroup,
    EntityInput,
    Fetch,
    FieldSelection,
    InlineFragment,
    Path,
    PathKey,
    PathList,
    PathTypes,
    PlanNode,
    QueryPlan,
    RequiredField,
    Selection,
)
from hanse_router.transports.errors import TransportError
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from tests.router.planning import compiled_over

Answer = Callable[[dict[str, Any]], Any] | Any


def selections(text: str) -> tuple[Selection, ...]:
    """Selections of `{ key: name ... on Type { } }`; an alias `key__wire` stands for a wire alias of `key`."""
    definition = parse(text).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return _selections(definition.selection_set)


def _selections(node: SelectionSetNode | None) -> tuple[Selection, ...]:
    found: list[Selection] = []
    for one in node.selections if node else ():
        if isinstance(one, FieldNode):
            alias = one.alias.value if one.alias else one.name.value
            key = alias.removesuffix("__wire") if alias.endswith("__wire") else alias
            arguments = ", ".join(print_ast(argument) for argument in one.arguments or ())
            below = _selections(one.selection_set)
            found.append(FieldSelection(one.name.value, "String", key, alias, arguments, below))
        else:
            assert isinstance(one, InlineFragmentNode)
            condition = one.type_condition.name.value if one.type_condition else None
            types = (condition,) if condition else ()
            found.append(InlineFragment(condition, _selections(one.selection_set), (), types))
    return tuple(found)


def root(
    id_: int,
    subgraph: str,
    text: str,
    *,
    kind: OperationKind = OperationKind.QUERY,
    variables: tuple[str, ...] = (),
    depends_on: tuple[int, ...] = (),
) -> Fetch:
    """A root fetch of `{ ... }`."""
    return Fetch(id_, subgraph, kind, text, None, variables, selections(text), (), depends_on)


def path(text: str) -> Path:
    """`users.@.pet|Dog,Cat` as a path."""
    steps: list[PathKey | PathList | PathTypes] = []
    for item in text.split("."):
        key, _, types = item.partition("|")
        if key:
            steps.append(PathList() if key == "@" else PathKey(key))
        if types:
            steps.append(PathTypes(tuple(types.split(","))))
    return tuple(steps)


def group(
    paths: str, type_: str, required: str, text: str, *, alias: str = "_entities", variable: str = "representations"
) -> EntityGroup:
    """A group for one type whose required fields are names, separated by spaces."""
    fields = tuple(RequiredField(name, name) for name in required.split())
    inputs = (EntityInput((type_,), type_, fields, fields),)
    return EntityGroup(alias, variable, tuple(path(one) for one in paths.split()), inputs, selections(text))


def entities(
    id_: int, subgraph: str, *groups: EntityGroup, depends_on: tuple[int, ...], variables: tuple[str, ...] = ()
) -> Fetch:
    """An entity fetch."""
    return Fetch(id_, subgraph, OperationKind.QUERY, f"entities {id_}", None, variables, (), groups, depends_on)


class Subgraph(CoroutineTransport):
    """A transport with given replies, one per request: data, a reply, bytes, an error, or a function of the body."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.closed = 0

    async def send(self, request: SubgraphRequest) -> bytes:
        body = json.loads(request.body)
        self.bodies.append(body)
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(body)
        if isinstance(answer, TransportError):
            raise answer
        if isinstance(answer, bytes):
            return answer
        if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
            answer = {"data": answer}
        return json.dumps(answer).encode()

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        self.bodies.append(json.loads(request.body))
        try:
            for answer in self.answers:
                if isinstance(answer, TransportError):
                    raise answer
                yield json.dumps(answer).encode()
        finally:
            self.closed += 1

    async def close(self) -> None:
        pass


class Graph:
    """An API schema and subgraphs to run plans over."""

    def __init__(self, sdl: str, **subgraphs: Subgraph) -> None:
        self.api_schema: GraphQLSchema = build_schema(sdl)
        self.call = Call(subgraphs)

    async def run(
        self,
        document: str,
        node: PlanNode | None,
        variables: Mapping[str, Any] | None = None,
        kind: OperationKind = OperationKind.QUERY,
    ) -> dict[str, Any]:
        """The decoded response."""
        compiled = compiled_over(self.api_schema, document, QueryPlan(kind, node))
        response: dict[str, Any] = json.loads((await run(compiled, variables or {}, self.call)).encode())
        return response
