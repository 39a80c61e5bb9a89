"""The requests of a plan while the passes work on them: fetch steps with their selections printed into plan nodes."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import ALWAYS, AnyOf
from hanse_router.planner.fetch_graph import FetchGraph, Step
from hanse_router.planner.selections import selections_of
from hanse_router.query_plan import ContextVariable, EntityInput, InlineFragment, Path, Selection
from hanse_schema.query_graph import QueryGraph


@dataclass(eq=False, slots=True)
class Group:
    """One `_entities` field to be."""

    paths: tuple[Path, ...]
    inputs: tuple[EntityInput, ...]
    selections: tuple[Selection, ...]
    recovers_type: bool
    contexts: tuple[ContextVariable, ...] = ()
    conditions: AnyOf = ALWAYS


@dataclass(eq=False, slots=True)
class Request:
    """One fetch to be, made of one or more steps.

    It is a root fetch (`selections`, for the objects at `paths` unless for the root) or an entity fetch (`groups`).
    """

    graph: str
    kind: OperationKind
    level: int
    steps: list[Step]
    selections: tuple[Selection, ...] = ()
    groups: list[Group] = field(default_factory=list)
    conditions: AnyOf = ALWAYS
    paths: tuple[Path, ...] = ()

    @property
    def joins_others(self) -> bool:
        """Whether it can be sent with others: not where values from above may part it further."""
        return bool(self.groups) and not self.groups[0].contexts


def requests_of(fetches: FetchGraph, graph: QueryGraph) -> list[Request]:
    """One request per step."""
    return [_request(step, graph) for step in fetches.steps]


def _request(step: Step, graph: QueryGraph) -> Request:
    conditions = step.conditions or ALWAYS
    selections = selections_of(step.root, graph, conditions)
    request = Request(step.graph, step.kind, step.level, [step], conditions=conditions)
    if step.is_entity:
        request.groups.append(_group(step, selections, graph))
    else:
        request.selections = selections
        request.paths = (step.position.path,) if step.position.path else ()
    return request


def _group(step: Step, selections: tuple[Selection, ...], graph: QueryGraph) -> Group:
    node, position = step.root.node, step.position
    here = tuple(sorted(graph.runtime_types(node))) if step.root.knows_type else (node.type,)
    types = tuple(sorted(graph.possible[position.type]))
    if position.abstract and step.typename is not None:
        types = (position.type, *types)
    return Group(
        (position.path,),
        (EntityInput(types, step.typename, step.required, step.key),),
        (InlineFragment(node.type, selections, runtime_types=here),),
        step.recovers_type,
        tuple(step.contexts.values()),
        step.conditions or ALWAYS,
    )
