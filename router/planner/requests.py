"""The requests of a plan while the passes work on them: fetch steps with their selections printed into plan nodes."""

from __future__ import annotations

from dataclasses import dataclass, field

from router.planner.fetch_graph import FetchGraph, Step
from router.planner.plan import EntityInput, InlineFragment, OperationKind, Path, Selection
from router.planner.selections import selections_of
from router.planner.shape import ALWAYS, Conditions
from schema.query_graph import QueryGraph


@dataclass(eq=False, slots=True)
class Group:
    """One `_entities` field to be."""

    paths: tuple[Path, ...]
    inputs: tuple[EntityInput, ...]
    selections: tuple[Selection, ...]
    recovers_type: bool
    conditions: Conditions = ALWAYS


@dataclass(eq=False, slots=True)
class Request:
    """One fetch to be: a root fetch (`selections`) or an entity fetch (`groups`), made of one or more steps."""

    graph: str
    kind: OperationKind
    level: int
    steps: list[Step]
    selections: tuple[Selection, ...] = ()
    groups: list[Group] = field(default_factory=list)
    conditions: Conditions = ALWAYS


def requests_of(fetches: FetchGraph, graph: QueryGraph) -> list[Request]:
    """One request per step."""
    return [_request(step, graph) for step in fetches.steps]


def _request(step: Step, graph: QueryGraph) -> Request:
    selections = selections_of(step.root, graph)
    request = Request(step.graph, step.kind, step.level, [step])
    if not step.is_entity:
        request.selections = selections
        return request
    node, position = step.root.node, step.position
    here = tuple(sorted(graph.runtime_types(node))) if step.root.knows_type else (node.type,)
    entity = InlineFragment(node.type, selections, runtime_types=here)
    types = tuple(sorted(graph.possible[position.type]))
    if position.abstract and step.typename is not None:
        types = (position.type, *types)
    entity_input = EntityInput(types, step.typename, step.required)
    request.groups.append(Group((position.path,), (entity_input,), (entity,), step.recovers_type))
    return request
