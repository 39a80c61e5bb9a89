"""Start at the operation's root: all its fields together, or (for mutations) one after another."""

from __future__ import annotations

from collections.abc import Iterable

from router.planner.best_paths import Placer
from router.planner.plan import PlanError
from router.planner.query_tree import Names, Position, RootWay, Site, Task
from router.planner.shape import Ask, Operation, Shape
from router.planner.walk import NoWayError, Walk
from schema.query_graph import Node


def place_together(operation: Operation, walk: Walk, placer: Placer) -> None:
    """Queries and subscriptions: every field may come from whichever subgraph has it."""
    shape = operation.shape
    if shape.common:
        placer.place_all(walk.expand(_root(shape, walk, _subgraphs(shape.type, walk)), shape))


def place_in_series(operation: Operation, walk: Walk, placer: Placer) -> None:
    """Mutations: each field runs once, in one subgraph, after all before it; neighbours in one subgraph go together."""
    previous: str | None = None
    tasks: list[Task] = []
    root: Position | None = None
    for ask in operation.shape.common:
        subgraph = _subgraph_for(ask, operation.shape, walk)
        if subgraph != previous or root is None:
            placer.place_all(tasks)
            if tasks:
                placer.wait_for_all()
            tasks, previous, root = [], subgraph, _root(operation.shape, walk, [subgraph])
        tasks += walk.expand(root, Shape(operation.shape.type, [ask]))
    placer.place_all(tasks)


def _subgraph_for(ask: Ask, shape: Shape, walk: Walk) -> str:
    """The subgraph that answers most of the field by itself."""
    best: tuple[tuple[int, int], str] | None = None
    for subgraph in _subgraphs(shape.type, walk):
        try:
            tasks = walk.expand(_root(shape, walk, [subgraph]), Shape(shape.type, [ask]))
        except NoWayError:
            continue
        levels = [min(candidate.site.level for candidate in task.candidates) for task in tasks]
        rank = (max(levels), sum(levels))
        if best is None or rank < best[0]:
            best = (rank, subgraph)
    if best is None:
        raise PlanError(f"{shape.type}.{ask.name} cannot be resolved by any subgraph.")
    return best[1]


def _subgraphs(type_: str, walk: Walk) -> list[str]:
    return [graph for graph in walk.terrain.graph.supergraph.subgraphs if (graph, type_) in walk.terrain.graph.edges]


def _root(shape: Shape, walk: Walk, subgraphs: Iterable[str]) -> Position:
    names = Names()
    names.register(shape)
    position = Position(shape.type, abstract=False, names=names)
    for subgraph in subgraphs:
        node = Node(subgraph, shape.type)
        position.sites[node] = Site(position, node, 1, [RootWay()])
    return position
