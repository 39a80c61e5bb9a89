"""`hanse plan`: the query plan of an operation as text, JSON, a Graphviz graph, or the Python code generated for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from graphql import GraphQLSchema, GraphQLSyntaxError, parse, validate

from hanse.yaml_file import read_text
from hanse_router.errors import UnknownOperation
from hanse_router.execute import CompiledPlan
from hanse_router.execute.compiled import Unsupported
from hanse_router.operation import Operation
from hanse_router.planner import PlanError, Planner, QueryPlan
from hanse_router.planner.print_plan import plan_to_dot, plan_to_json, print_plan
from hanse_router.prepare.cost import Costs, OperationCost
from hanse_router.prepare.expand import expand_operation
from hanse_router.prepare.override_labels import labels_of
from hanse_router.settings_demand_control import DemandControlSettings
from hanse_schema.query_graph import graph_to_dot
from hanse_schema.supergraph import InvalidSupergraphError, api_schema, parse_supergraph
from hanse_wire.command_line import CommandError


@dataclass(frozen=True, slots=True)
class Planned:
    """An operation and its plan."""

    operation: Operation
    plan: QueryPlan
    planner: Planner
    api_schema: GraphQLSchema
    cost: OperationCost


def plan_text(planned: Planned) -> str:
    """The plan, and the estimated cost of the operation in a last line."""
    depends = "" if planned.cost.constant is not None else " without variables"
    return f"{print_plan(planned.plan)}Estimated cost{depends}: {planned.cost.estimate({})}"


def plan_json(planned: Planned) -> str:
    """The plan and the estimated cost, without variables."""
    return json.dumps({**plan_to_json(planned.plan), "estimatedCost": planned.cost.estimate({})}, indent=2)


def generated_code(planned: Planned) -> str:
    """The Python code that executes the plan; a comment with the reason where none can be generated.

    Variables of `@skip` and `@include` have their default values, or false.
    """
    compiled = CompiledPlan(planned.plan, planned.operation, planned.api_schema)
    try:
        return compiled.variant({}).generate().source.rstrip()
    except Unsupported as error:
        return f"# No code is generated for this operation: {error}."


Printer = Callable[[Planned], str]

FORMATS: dict[str, Printer] = {
    "text": plan_text,
    "json": plan_json,
    "fetch-graph": lambda planned: plan_to_dot(planned.plan),
    "query-graph": lambda planned: graph_to_dot(planned.planner.graph),
    "code": generated_code,
}


def plan_file(*, supergraph: Path, operation: Path, name: str | None, form: str, labels: Collection[str] = ()) -> str:
    """The plan of the operation in a file, in one of FORMATS; `labels` are the active override labels.

    Raises CommandError where a file or a label is not valid.
    """
    try:
        graph = parse_supergraph(read_text(supergraph))
        planner = Planner(graph)
    except InvalidSupergraphError as error:
        raise CommandError(f"{supergraph} is not a supergraph: {error}") from error
    try:
        document = parse(read_text(operation))
    except GraphQLSyntaxError as error:
        raise CommandError(f"{operation} is not a GraphQL document: {error.message}") from error
    clients = api_schema(graph)
    if problems := validate(clients, document):
        raise CommandError(f"{operation} is not valid for this supergraph: {'; '.join(p.message for p in problems)}")
    known = labels_of(planner.graph)
    if unknown := sorted(set(labels) - known):
        listed = ", ".join(sorted(known)) or "none"
        raise CommandError(f"{supergraph} has no override with the label {unknown[0]}; its labels: {listed}")
    try:
        expanded = expand_operation(document, graph, clients, name)
        plan = planner.plan(expanded, override_labels=frozenset(labels))
    except (UnknownOperation, PlanError) as error:
        raise CommandError(f"{operation} cannot be planned: {error}") from error
    cost = Costs(graph, clients, DemandControlSettings()).annotate(expanded)
    return FORMATS[form](Planned(expanded, plan, planner, clients, cost))
