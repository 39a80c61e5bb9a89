"""Plan and run an operation over strict subgraphs, and compare with plain execution over the same data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from hanse_router.execute import Call, CompiledPlan, run, subscribe
from hanse_router.operation import Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.planner import Planner
from hanse_router.prepare.variables import prepare_variables
from hanse_schema.supergraph import api_schema
from hanse_schema.supergraph.model import Supergraph
from tests.router.execute.paths import no_defects
from tests.router.planning import operation_of
from tests.router.property.operations import VALUES
from tests.router.property.subgraph import WorldSubgraph
from tests.router.property.world import Ref, UnfitError, World


@dataclass(slots=True)
class Rig:
    """A supergraph with data: the router's parts on one side, plain execution on the other."""

    planner: Planner
    world: World
    api_schema: GraphQLSchema
    transports: Mapping[str, WorldSubgraph]
    labels: frozenset[str] = frozenset()

    @classmethod
    def over(cls, supergraph: Supergraph, labels: frozenset[str] = frozenset()) -> Rig:
        """The rig of a supergraph, with the override labels that are active.

        Raises UnfitError when first run, where there can be no data for it.
        """
        planner = Planner(supergraph)
        world = World(planner.graph)
        api = api_schema(supergraph)
        _give_data(api, world)
        transports = {info.name: WorldSubgraph(world, info.graph, labels) for info in supergraph.subgraphs.values()}
        return cls(planner, world, api, transports, labels)

    def is_valid(self, text: str) -> bool:
        """Whether the API schema accepts the operation."""
        return not validate(self.api_schema, parse(text))

    def expected(self, text: str) -> list[Any]:
        """What plain execution answers: one response, or one for each event."""
        document = parse(text)
        roots = self.world.events() if _is_subscription(document) else [None]
        return [execute_sync(self.api_schema, document, root, variable_values=VALUES).formatted for root in roots]

    def answer(self, text: str) -> list[Any]:
        """What the router's planner and executor answer, by the general path and (where there is one) by the fast one.

        Raises AssertionError where the two differ, or the router noted a mistake of its own.
        """
        with no_defects():
            return asyncio.run(self._run(operation_of(self.planner, text)))

    async def _run(self, operation: Operation) -> list[Any]:
        plan = self.planner.plan(operation, override_labels=self.labels)
        compiled = CompiledPlan(plan, operation, self.api_schema)
        call, variables = Call(self.transports), self.variables(operation)
        async with asyncio.timeout(20):
            if operation.kind is OperationKind.SUBSCRIPTION:
                return [json.loads(response.encode()) async for response in subscribe(compiled, variables, call)]
            general, again = [(await run(compiled, variables, call)).encode() for _ in range(2)]
        assert again == general, f"at the second run {again.decode()}"
        return [json.loads(general)]

    def variables(self, operation: Operation) -> Mapping[str, Any]:
        """The values of the operation's variables, coerced."""
        return prepare_variables(tuple(operation.variables.values()), self.api_schema)(VALUES)

    def differs(self, text: str) -> bool:
        """Whether the two answers differ, in whatever way, the order of fields included.

        That may depend on an object's type, which need not be known of those that a subgraph has as interface objects.
        """
        try:
            answer, expected = self.answer(text), self.expected(text)
        except Exception:
            return True
        if self.planner.graph.interface_objects:
            return answer != expected
        return json.dumps(answer) != json.dumps(expected)


def is_fit(rig: Rig, text: str) -> bool:
    """Whether the operation is valid and there is data for it."""
    try:
        return rig.is_valid(text) and not any(response.get("errors") for response in rig.expected(text))
    except UnfitError:
        return False


def _is_subscription(document: DocumentNode) -> bool:
    operation = get_operation_ast(document)
    return operation is not None and operation.operation is OperationType.SUBSCRIPTION


def _give_data(schema: GraphQLSchema, world: World) -> None:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                field.resolve = _resolver(world, type_.name, name)
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = lambda value, *_: value.type


def _resolver(world: World, type_: str, name: str) -> Any:
    def resolve(source: Ref | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        return world.value(source or Ref(type_, 0), name, arguments)

    return resolve
