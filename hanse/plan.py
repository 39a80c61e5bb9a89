"""`hanse plan`: how an operation would run, as text, JSON, or a graph to be drawn by Graphviz."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from graphql import GraphQLSyntaxError, parse, validate

from hanse.failures import Failure
from hanse.supergraph_config import read_text
from hanse_router.planner import PlanError, Planner, QueryPlan
from hanse_router.planner.print_plan import plan_to_dot, plan_to_json, print_plan
from hanse_schema.query_graph import graph_to_dot
from hanse_schema.supergraph import InvalidSupergraphError, api_schema, parse_supergraph

Printer = Callable[[Planner, QueryPlan], str]

FORMATS: dict[str, Printer] = {
    "text": lambda _, plan: print_plan(plan),
    "json": lambda _, plan: json.dumps(plan_to_json(plan), indent=2),
    "fetch-graph": lambda _, plan: plan_to_dot(plan),
    "query-graph": lambda planner, _: graph_to_dot(planner.graph),
}


def plan_file(*, supergraph: Path, operation: Path, name: str | None, form: str) -> str:
    """The plan of the operation in a file, in one of FORMATS. Raises Failure where a file is not what it should be."""
    try:
        graph = parse_supergraph(read_text(supergraph))
    except InvalidSupergraphError as error:
        raise Failure(f"{supergraph} is not a supergraph: {error}") from error
    try:
        document = parse(read_text(operation))
    except GraphQLSyntaxError as error:
        raise Failure(f"{operation} is not a GraphQL document: {error.message}") from error
    if problems := validate(api_schema(graph), document):
        raise Failure(f"{operation} is not valid for this supergraph: {'; '.join(p.message for p in problems)}")
    planner = Planner(graph)
    try:
        plan = planner.plan(document, name)
    except PlanError as error:
        raise Failure(f"{operation} cannot be planned: {error}") from error
    return FORMATS[form](planner, plan)
