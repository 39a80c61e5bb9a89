"""Checks that a reference's plan fetches only resolvable fields, as the planner's tests require of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from hanse_router.planner.graph_view import GraphView
from hanse_schema.query_graph import FieldPick, Node, QueryGraph


def unresolvable(graph: QueryGraph, labels: frozenset[str], plan: Any) -> list[str]:
    """The fields that are not guaranteed to resolve: those of a subgraph that has them only as external and does
    not provide them, or without their `@requires` fields in the representation, or without their context argument."""
    names = {info.name: info.graph for info in graph.supergraph.subgraphs.values()}
    view = GraphView(graph, labels)
    return [
        liberty
        for fetch in _fetches(plan)
        for liberty in _Check(view, names[fetch["serviceName"]], _sent(fetch)).of(fetch["operation"])
    ]


def _fetches(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for inner in node:
            yield from _fetches(inner)
    elif isinstance(node, dict):
        if "serviceName" in node:
            yield node
        else:
            for inner in node.values():
                yield from _fetches(inner)


def _sent(fetch: dict[str, Any]) -> frozenset[str]:
    """The names of all fields sent in representations."""
    batches = (fetch.get("entityBatch") or {}).get("aliases", ())
    required = [*(fetch.get("requires") or ()), *(one for batch in batches for one in batch["requires"])]
    return frozenset(_names(required))


def _names(required: list[Any]) -> Iterator[str]:
    for one in required:
        if one["kind"] == "Field":
            yield one["name"]
        else:
            yield from _names(one["selections"])


class _Check:
    def __init__(self, view: GraphView, graph: str, sent: frozenset[str]) -> None:
        self._terrain = view
        self._graph = graph
        self._sent = sent

    def of(self, operation: str) -> Iterator[str]:
        """The unresolvable fields of one fetch."""
        document = parse(operation)
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        (definition,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        supergraph = self._terrain.graph.supergraph
        roots = {"mutation": supergraph.mutation, "subscription": supergraph.subscription}
        root = roots.get(definition.operation.value, supergraph.query)
        assert root is not None
        for selection in definition.selection_set.selections:
            if isinstance(selection, FieldNode) and selection.name.value == "_entities":
                assert selection.selection_set is not None
                yield from self._entities(selection.selection_set)
            else:
                yield from self._below(Node(self._graph, root), SelectionSetNode(selections=(selection,)))

    def _entities(self, node: SelectionSetNode) -> Iterator[str]:
        for selection in node.selections:
            if isinstance(selection, InlineFragmentNode):
                assert selection.type_condition is not None
                at = Node(self._graph, selection.type_condition.name.value)
                yield from self._below(at, selection.selection_set, is_entity=True)

    def _below(self, at: Node, node: SelectionSetNode, *, is_entity: bool = False) -> Iterator[str]:
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                if selection.name.value != "__typename":
                    yield from self._field(at, selection, is_entity=is_entity)
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(selection, InlineFragmentNode):
                inner = selection
            else:
                assert isinstance(selection, FragmentSpreadNode)
                inner = self._fragments[selection.name.value]
            on = inner.type_condition
            yield from self._below(
                at if on is None else self._as(at, on.name.value), inner.selection_set, is_entity=is_entity
            )

    def _as(self, at: Node, type_: str) -> Node:
        graph = self._terrain.graph
        return Node(at.graph, type_, at.provides) if graph.is_abstract(type_) else graph.cast(at, type_)

    def _field(self, at: Node, field: FieldNode, *, is_entity: bool) -> Iterator[str]:
        name = field.name.value
        view = self._terrain
        edge = view.field(at, name)
        if edge is None:
            yield f"{at}.{name} is not resolved there"
            return
        required = {pick.name for pick in edge.requires if isinstance(pick, FieldPick)}
        if required and not (is_entity and required <= self._sent):
            yield f"{at}.{name} is fetched without its required fields"
        given = {argument.name.value for argument in field.arguments or ()}
        if not given.issuperset(argument.name for argument in edge.contexts):
            yield f"{at}.{name} is fetched without its context argument"
        if field.selection_set is not None and edge.target is not None:
            yield from self._below(edge.target, field.selection_set)
