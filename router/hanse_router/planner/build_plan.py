"""Build the QueryPlan: requests become fetches with exact dependencies, in stages by level."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import print_ast

from hanse_router.operation import Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import ALWAYS, AnyOf, alternatives, relative
from hanse_router.planner.fetch_graph import FetchNode
from hanse_router.planner.operation_text import aliased_operation, operation_text, variables_in
from hanse_router.planner.own_names import REPRESENTATIONS, unused_stem
from hanse_router.planner.requests import Group, Request
from hanse_router.query_plan import Condition, EntityGroup, Fetch, Parallel, PlanNode, QueryPlan, Sequence, Subscription
from hanse_schema.supergraph.model import SubgraphInfo


def build_plan(operation: Operation, requests: list[Request], subgraphs: Mapping[str, SubgraphInfo]) -> QueryPlan:
    """The plan of the requests."""
    ordered = sorted(requests, key=lambda request: request.level)
    definitions = {name: print_ast(node) for name, node in operation.variables.items()}
    ids = {fetch_node: number for number, request in enumerate(ordered) for fetch_node in request.fetch_nodes}
    fetches = [
        (request, _fetch(operation, definitions, request, number, ids, subgraphs))
        for number, request in enumerate(ordered)
    ]
    if operation.kind is OperationKind.SUBSCRIPTION and fetches:
        (_, primary), *rest = fetches
        return QueryPlan(operation.kind, Subscription(primary, _stages(rest)))
    return QueryPlan(operation.kind, _stages(fetches))


def _stages(fetches: list[tuple[Request, Fetch]]) -> PlanNode | None:
    stages: dict[int, list[PlanNode]] = {}
    for request, fetch in fetches:
        stages.setdefault(request.level, []).append(_conditional(fetch, request.conditions))
    nodes = tuple(nodes[0] if len(nodes) == 1 else Parallel(tuple(nodes)) for nodes in stages.values())
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else Sequence(nodes)


def _conditional(node: PlanNode, conditions: AnyOf) -> PlanNode:
    return node if conditions == ALWAYS else Condition(alternatives(conditions), node)


def _fetch(
    operation: Operation,
    definitions: Mapping[str, str],
    request: Request,
    number: int,
    ids: Mapping[FetchNode, int],
    subgraphs: Mapping[str, SubgraphInfo],
) -> Fetch:
    stem = unused_stem(REPRESENTATIONS, operation.variables) if request.groups else ""
    groups = tuple(
        _group(group, f"{index}" if len(request.groups) > 1 else "", request.conditions, stem)
        for index, group in enumerate(request.groups)
    )
    used = variables_in(request.selections, groups)
    variables = tuple(name for name in definitions if name in used)
    subgraph = subgraphs[request.graph]
    name = f"{operation.name}__{subgraph.graph.lower()}__{number}" if operation.name else None
    return Fetch(
        number,
        subgraph.name,
        request.kind,
        operation_text(request.kind, name, definitions, variables, request.selections, groups),
        name,
        variables,
        request.selections,
        groups,
        tuple(sorted({ids[before] for fetch_node in request.fetch_nodes for before in fetch_node.depends_on})),
        request.paths,
        aliased_operation(name, definitions, variables, groups[0]) if groups and groups[0].contexts else None,
    )


def _group(group: Group, number: str, lifted: AnyOf, stem: str) -> EntityGroup:
    return EntityGroup(
        f"_e{number}" if number else "_entities",
        f"{stem}{number}",
        group.paths,
        group.inputs,
        group.selections,
        alternatives(relative(group.conditions, lifted)),
        group.recovers_type,
        group.contexts,
    )
