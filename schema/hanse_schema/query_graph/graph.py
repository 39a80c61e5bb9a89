"""The query graph: the fields that a node resolves, and the entries of a type in other subgraphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hanse_schema.query_graph.edge import Entry, FieldEdge
from hanse_schema.query_graph.field_set import FieldPick, Picks, TypePick, merge_picks
from hanse_schema.query_graph.node import Node
from hanse_schema.supergraph.model import InterfaceType, ObjectType, Supergraph, UnionType


@dataclass(slots=True)
class QueryGraph:
    """Nodes are created lazily; `build` fills in the subgraphs' data.

    `edges` holds each type's fields by (graph, type); `external` those that the subgraph defines but resolves only if
    provided; `entries` the entries by type; `runtime` the object types of an abstract type in a subgraph;
    `interface_objects` the (graph, type) that are interface objects; `possible` the object types of each type in the
    whole supergraph (an object type's own name alone).
    """

    supergraph: Supergraph
    edges: dict[tuple[str, str], dict[str, FieldEdge]] = field(default_factory=dict)
    external: dict[tuple[str, str], dict[str, FieldEdge]] = field(default_factory=dict)
    entries: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    runtime: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    interface_objects: set[tuple[str, str]] = field(default_factory=set)
    possible: dict[str, frozenset[str]] = field(default_factory=dict)

    def fields(self, node: Node) -> Mapping[str, FieldEdge]:
        """The fields that a node resolves, including provided ones."""
        own = self.edges.get((node.graph, node.type), {})
        return {**own, **self._provided(node)} if node.provides else own

    def field(self, node: Node, name: str) -> FieldEdge | None:
        """The edge of one field; None if the node does not resolve it."""
        if node.provides:
            provided = self._provided(node).get(name)
            if provided is not None:
                return provided
        return self.edges.get((node.graph, node.type), {}).get(name)

    def casts(self, node: Node) -> Iterator[Node]:
        """The possible object types of an object at the node, as nodes."""
        if node.type in self.possible and self.is_object(node):
            if (node.graph, node.type) not in self.interface_objects:
                yield node
            return
        for name in sorted(self.runtime.get((node.graph, node.type), ())):
            yield self.cast(node, name)

    def cast(self, node: Node, type_: str) -> Node:
        """The node narrowed to one of its runtime types, with the fields provided for that type."""
        if not node.provides:
            return Node(node.graph, type_)
        return Node(node.graph, type_, merge_picks(tuple(self._for_type(node.provides, type_))))

    def runtime_types(self, node: Node) -> frozenset[str]:
        """The possible object types of an object at the node, according to its subgraph."""
        if self.is_interface_object(node):
            return self.possible.get(node.type, frozenset())
        if self.is_object(node):
            return frozenset((node.type,))
        return self.runtime.get((node.graph, node.type), frozenset())

    def is_interface_object(self, node: Node) -> bool:
        """Whether the node's type is an interface object in its subgraph, which then does not know the real types."""
        return (node.graph, node.type) in self.interface_objects

    def is_object(self, node: Node) -> bool:
        """Whether the node's subgraph has the type as an object type (an interface object is one too)."""
        return isinstance(self.supergraph.types.get(node.type), ObjectType) or self.is_interface_object(node)

    def is_abstract(self, type_: str) -> bool:
        """Whether the type is an interface or a union for clients."""
        return isinstance(self.supergraph.types.get(type_), InterfaceType | UnionType)

    def nodes(self) -> Iterator[Node]:
        """Every node without its provided copies."""
        for graph, type_ in sorted({*self.edges, *self.runtime}):
            yield Node(graph, type_)

    def _provided(self, node: Node) -> dict[str, FieldEdge]:
        """The fields of the node that `@provides` adds or continues."""
        known = self.edges.get((node.graph, node.type), {})
        external = self.external.get((node.graph, node.type), {})
        found: dict[str, FieldEdge] = {}
        for pick in self._for_type(node.provides, node.type):
            if isinstance(pick, TypePick):
                continue
            edge = known.get(pick.name) or external.get(pick.name)
            if edge is None:
                continue
            target = edge.target
            if target is not None and pick.picks:
                target = Node(target.graph, target.type, merge_picks(target.provides, pick.picks))
            # A provided field is resolved here, without its usual requirements.
            plain = pick.name in external or edge.is_plain
            found[pick.name] = FieldEdge(
                edge.name,
                edge.type,
                target,
                () if plain else edge.requires,
                () if plain else edge.contexts,
                None if pick.name in external else edge.condition,
            )
        return found

    def _for_type(self, picks: Picks, type_: str) -> Iterator[FieldPick | TypePick]:
        """The picks that apply to objects of the type; on abstract types, those for other types are kept."""
        abstract = self.is_abstract(type_)
        for pick in picks:
            if isinstance(pick, FieldPick):
                yield pick
            elif type_ in self.possible.get(pick.type, ()) or type_ == pick.type:
                yield from self._for_type(pick.picks, type_)
            elif abstract:
                yield pick
