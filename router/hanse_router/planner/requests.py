"""Requests to subgraphs, made of fetch nodes; passes merge them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import ALWAYS, AnyOf
from hanse_router.planner.fetch_graph import FetchGraph, FetchNode
from hanse_router.planner.selections import selections_of
from hanse_router.query_plan import ContextVariable, EntityInput, InlineFragment, Path, Selection
from hanse_schema.query_graph import QueryGraph


@dataclass(eq=False, slots=True)
class Group:
    """An `_entities` field of a request."""

    paths: tuple[Path, ...]
    inputs: tuple[EntityInput, ...]
    selections: tuple[Selection, ...]
    recovers_type: bool
    contexts: tuple[ContextVariable, ...] = ()
    conditions: AnyOf = ALWAYS


@dataclass(eq=False, slots=True)
class Request:
    """A request to a subgraph, made of one or more fetch nodes.

    It is a root fetch (`selections`, for the objects at `paths` unless for the root) or an entity fetch (`groups`).
    """

    graph: str
    kind: OperationKind
    level: int
    fetch_nodes: list[FetchNode]
    selections: tuple[Selection, ...] = ()
    groups: list[Group] = field(default_factory=list)
    conditions: AnyOf = ALWAYS
    paths: tuple[Path, ...] = ()

    @property
    def joins_others(self) -> bool:
        """Whether it can be merged with others; not if context values may split it."""
        return bool(self.groups) and not self.groups[0].contexts


def requests_of(fetches: FetchGraph, graph: QueryGraph) -> list[Request]:
    """A request for each fetch node."""
    return [_request(fetch_node, graph) for fetch_node in fetches.fetch_nodes]


def _request(fetch_node: FetchNode, graph: QueryGraph) -> Request:
    conditions = fetch_node.conditions or ALWAYS
    selections = selections_of(fetch_node.root, graph, conditions)
    request = Request(fetch_node.graph, fetch_node.kind, fetch_node.level, [fetch_node], conditions=conditions)
    if fetch_node.is_entity:
        request.groups.append(_group(fetch_node, selections, graph))
    else:
        request.selections = selections
        request.paths = (fetch_node.position.path,) if fetch_node.position.path else ()
    return request


def _group(fetch_node: FetchNode, selections: tuple[Selection, ...], graph: QueryGraph) -> Group:
    node, position = fetch_node.root.node, fetch_node.position
    here = tuple(sorted(graph.runtime_types(node))) if fetch_node.root.knows_type else (node.type,)
    types = tuple(sorted(graph.possible[position.type]))
    if position.abstract and fetch_node.typename is not None:
        types = (position.type, *types)
    return Group(
        (position.path,),
        (EntityInput(types, fetch_node.typename, fetch_node.required, fetch_node.key),),
        (InlineFragment(node.type, selections, runtime_types=here),),
        fetch_node.recovers_type,
        tuple(fetch_node.contexts.values()),
        fetch_node.conditions or ALWAYS,
    )
