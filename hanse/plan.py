"""`hanse plan`: the query plan of an operation, as text or JSON."""

from __future__ import annotations

import json
from pathlib import Path

from graphql import GraphQLSyntaxError, parse, validate

from hanse.failures import Failure
from hanse.supergraph_config import read_text
from router.planner import PlanError, Planner
from router.planner.print_plan import plan_to_json, print_plan
from schema.supergraph import InvalidSupergraphError, api_schema, parse_supergraph


def plan_file(*, supergraph: Path, operation: Path, name: str | None, as_json: bool) -> str:
    """The printed plan of the operation in a file. Raises Failure where either file is not what it should be."""
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
    try:
        plan = Planner(graph).plan(document, name)
    except PlanError as error:
        raise Failure(f"{operation} cannot be planned: {error}") from error
    return json.dumps(plan_to_json(plan), indent=2) if as_json else print_plan(plan)
