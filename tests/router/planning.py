"""Plan GraphQL text in tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from graphql import GraphQLSchema, is_abstract_type, parse

from hanse_router.execute import CompiledPlan
from hanse_router.operation import Operation
from hanse_router.planner import Planner, QueryPlan
from hanse_router.prepare.expand import Expander, expand_operation
from hanse_router.prepare.validate import choose_operation
from hanse_schema.supergraph import api_schema


@cache
def _api_schema(planner: Planner) -> GraphQLSchema:
    return api_schema(planner.graph.supergraph)


def operation_of(planner: Planner, text: str, name: str | None = None) -> Operation:
    """The operation of a document over the planner's supergraph."""
    return expand_operation(parse(text), planner.graph.supergraph, _api_schema(planner), name)


def plan_of(planner: Planner, text: str, name: str | None = None, **options: Any) -> QueryPlan:
    """The plan of an operation."""
    return planner.plan(operation_of(planner, text, name), **options)


def compiled_over(api_schema: GraphQLSchema, text: str, plan: QueryPlan, **options: Any) -> CompiledPlan:
    """A plan that was written by hand, compiled for an operation over an API schema."""
    document = parse(text)
    possible = {
        name: frozenset(one.name for one in api_schema.get_possible_types(type_)) if is_abstract_type(type_) else {name}
        for name, type_ in api_schema.type_map.items()
    }
    operation = Expander(api_schema, {name: frozenset(types) for name, types in possible.items()}).expand(
        document, choose_operation(document, None)
    )
    return CompiledPlan(plan, operation, api_schema, **options)


def compiled_plan(planner: Planner, text: str) -> CompiledPlan:
    """The plan of an operation, compiled."""
    operation = operation_of(planner, text)
    return CompiledPlan(planner.plan(operation), operation, _api_schema(planner))
