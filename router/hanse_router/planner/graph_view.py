"""Lookups in the query graph under one set of override labels, with a cache."""

from __future__ import annotations

from hanse_schema.query_graph import TYPENAME, Entry, FieldEdge, FieldPick, Node, Picks, QueryGraph
from hanse_schema.supergraph.links import directive_name
from hanse_schema.supergraph.model import InterfaceType, ObjectType


class GraphView:
    """The query graph if exactly `labels` are active."""

    def __init__(self, graph: QueryGraph, labels: frozenset[str] = frozenset()) -> None:
        self.graph = graph
        self._labels = labels
        self._fields: dict[Node, dict[str, FieldEdge]] = {}
        self._shared_fields: dict[tuple[Node, str], FieldEdge | None] = {}
        self._casts: dict[Node, dict[str, Node]] = {}
        self._requiring: dict[tuple[str, str], list[tuple[FieldEdge, list[Entry]]]] = {}
        self._contexts = _contexts(graph)

    def field(self, node: Node, name: str) -> FieldEdge | None:
        """The edge of a field of the node's type, if it is active under the labels."""
        fields = self._fields.get(node)
        if fields is None:
            fields = self._fields[node] = self._open_fields(node)
        return fields.get(name)

    def shared_field(self, node: Node, name: str) -> FieldEdge | None:
        """The edge of a field that can be selected on the node's abstract type, for all object types together.

        That is so when the abstract type has the field, and each of its object types there resolves it by itself.
        """
        key = (node, name)
        if key not in self._shared_fields:
            self._shared_fields[key] = self._shared_field(node, name)
        return self._shared_fields[key]

    def casts(self, node: Node) -> dict[str, Node]:
        """The possible object types of the node, as nodes."""
        if node not in self._casts:
            self._casts[node] = {cast.type: cast for cast in self.graph.casts(node)}
        return self._casts[node]

    def narrow(self, node: Node, type_: str, types: frozenset[str]) -> Node | None:
        """The node as another abstract type, if it has exactly these object types there."""
        other = Node(node.graph, type_, node.provides)
        if self.graph.is_object(node) or (node.graph, type_) not in self.graph.runtime or self.graph.is_object(other):
            return None
        here = self.graph.runtime_types(node)
        return other if self.graph.runtime_types(other) & here == types & here and types & here else None

    def entries(self, type_: str) -> tuple[Entry, ...]:
        """The entries into subgraphs for objects of the type."""
        return self.graph.entries.get(type_, ())

    def requiring(self, type_: str, name: str) -> list[tuple[FieldEdge, list[Entry]]]:
        """The edges of a field that have requirements, each with the entries into its subgraph."""
        key = (type_, name)
        found = self._requiring.get(key)
        if found is None:
            look_up = self.shared_field if self.is_abstract(type_) else self.field
            by_target: dict[Node, tuple[FieldEdge, list[Entry]]] = {}
            for entry in self.entries(type_):
                edge = look_up(entry.target, name)
                if edge is not None and not edge.is_plain:
                    by_target.setdefault(entry.target, (edge, []))[1].append(entry)
            found = self._requiring[key] = list(by_target.values())
        return found

    def is_abstract(self, type_: str) -> bool:
        """Whether the type is abstract for clients."""
        return self.graph.is_abstract(type_)

    def knows_type(self, node: Node) -> bool:
        """Whether the node's subgraph knows the object type; it does not for an interface object."""
        return not self.graph.is_interface_object(node)

    def sets_context(self, type_: str, context: str) -> bool:
        """Whether every object of the type sets the context (by its own type, or an interface or union of it)."""
        possible = self.graph.possible
        setting = frozenset().union(*(possible.get(name, frozenset()) for name in self._contexts.get(context, ())))
        return bool(setting) and possible.get(type_, frozenset()) <= setting

    def field_type(self, type_: str, name: str) -> str:
        """The type reference of a field in the supergraph."""
        definition = self.graph.supergraph.types[type_]
        assert isinstance(definition, ObjectType | InterfaceType)
        return definition.fields[name].type

    def _open_fields(self, node: Node) -> dict[str, FieldEdge]:
        return {
            name: edge
            for name, edge in self.graph.fields(node).items()
            if edge.condition is None or (edge.condition.label in self._labels) == edge.condition.active
        }

    def _shared_field(self, node: Node, name: str) -> FieldEdge | None:
        edge = self.field(node, name)
        if edge is None or self.graph.is_object(node):
            return edge
        if not edge.is_plain:
            return None
        for cast in self.casts(node).values():
            own = self.field(cast, name)
            if own is None or not own.is_plain:
                return None
        return edge

    def is_local(self, node: Node, picks: Picks) -> bool:
        """Whether the node itself resolves the whole field set, without requirements."""
        for pick in picks:
            if not isinstance(pick, FieldPick):
                return False
            if pick.name == TYPENAME:
                if not self.knows_type(node):
                    return False
                continue
            edge = self.shared_field(node, pick.name)
            if edge is None or not edge.is_plain:
                return False
            if pick.picks and (edge.target is None or not self.is_local(edge.target, pick.picks)):
                return False
        return True


def _contexts(graph: QueryGraph) -> dict[str, list[str]]:
    """The types that set each context."""
    directive = directive_name(graph.supergraph, "context")
    found: dict[str, list[str]] = {}
    for type_ in graph.supergraph.types.values():
        for applied in type_.directives:
            name = dict(applied.arguments).get("name")
            if applied.name == directive and name is not None:
                found.setdefault(name.strip('"'), []).append(type_.name)
    return found
