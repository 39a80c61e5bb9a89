"""Build the query graph from the supergraph's join records."""

from __future__ import annotations

from hanse_schema.query_graph.edge import Entry, FieldEdge, OverrideCondition
from hanse_schema.query_graph.field_set import parse_context_picks, parse_picks
from hanse_schema.query_graph.graph import QueryGraph
from hanse_schema.query_graph.node import Node
from hanse_schema.supergraph.model import (
    Field,
    InterfaceType,
    JoinField,
    ObjectType,
    Supergraph,
    TypeDefinition,
    UnionType,
)
from hanse_schema.supergraph.possible_types import possible_types
from hanse_schema.type_ref import named_type

_COMPOSITE = (ObjectType, InterfaceType, UnionType)


def build(supergraph: Supergraph) -> QueryGraph:
    """The query graph of a supergraph. Raises InvalidSupergraphError where a field set is none."""
    graph = QueryGraph(supergraph, possible=possible_types(supergraph))
    for type_ in supergraph.types.values():
        if isinstance(type_, _COMPOSITE):
            _add_runtime_types(graph, type_)
        if isinstance(type_, ObjectType | InterfaceType):
            _add_fields(graph, type_)
    for type_ in supergraph.types.values():
        if isinstance(type_, ObjectType | InterfaceType):
            graph.entries[type_.name] = tuple(_entries(graph, type_))
    query = supergraph.types.get(supergraph.query)
    if isinstance(query, ObjectType):
        # The query root is the same in all subgraphs: if a field returns it, every subgraph can resolve its fields.
        subgraphs = dict.fromkeys(join.graph for join in query.joins)
        graph.entries[query.name] = tuple(Entry(Node(subgraph, query.name), (), is_root=True) for subgraph in subgraphs)
    return graph


def _add_runtime_types(graph: QueryGraph, type_: TypeDefinition) -> None:
    if isinstance(type_, UnionType):
        for member in type_.members:
            _add_member(graph, member.graph, type_.name, member.member)
    elif isinstance(type_, ObjectType):
        for record in type_.implements:
            _add_member(graph, record.graph, record.interface, type_.name)
    for join in type_.joins:
        if join.is_interface_object:
            graph.interface_objects.add((join.graph, type_.name))
        elif isinstance(type_, InterfaceType | UnionType):
            graph.runtime.setdefault((join.graph, type_.name), frozenset())


def _add_member(graph: QueryGraph, subgraph: str, abstract: str, member: str) -> None:
    known = graph.runtime.get((subgraph, abstract), frozenset())
    graph.runtime[subgraph, abstract] = known | {member}


def _add_fields(graph: QueryGraph, type_: ObjectType | InterfaceType) -> None:
    subgraphs = tuple(dict.fromkeys(join.graph for join in type_.joins))
    for subgraph in subgraphs:
        graph.edges.setdefault((subgraph, type_.name), {})
    for element in type_.fields.values():
        for join in element.joins or tuple(JoinField(subgraph) for subgraph in subgraphs):
            if join.graph is not None:
                _add_field(graph, type_.name, join.graph, element, join)


def _add_field(graph: QueryGraph, type_: str, subgraph: str, element: Field, join: JoinField) -> None:
    reference = join.type or element.type
    target_type = named_type(reference)
    target = None
    if isinstance(graph.supergraph.types.get(target_type), _COMPOSITE):
        target = Node(subgraph, target_type, parse_picks(join.provides) if join.provides else ())
    for argument in join.context_arguments:
        parse_context_picks(argument.selection)  # the planner reads it later
    edge = FieldEdge(
        element.name,
        reference,
        target,
        parse_picks(join.requires) if join.requires else (),
        join.context_arguments,
        OverrideCondition(join.override_label, join.override is not None) if join.override_label else None,
    )
    overridden = join.used_overridden and join.override_label is None
    known = graph.external if join.external or overridden else graph.edges
    known.setdefault((subgraph, type_), {})[element.name] = edge


def _entries(graph: QueryGraph, type_: ObjectType | InterfaceType) -> list[Entry]:
    """Entries by the type's own keys, and, for an object, by those of its interfaces that are interface objects."""
    found = [
        Entry(
            Node(join.graph, type_.name),
            parse_picks(join.key),
            to_interface_object=(join.graph, type_.name) in graph.interface_objects,
        )
        for join in type_.joins
        if join.key is not None and join.resolvable
    ]
    if isinstance(type_, ObjectType):
        for name in type_.interfaces:
            interface = graph.supergraph.types.get(name)
            if isinstance(interface, InterfaceType):
                found += [
                    Entry(Node(join.graph, name), parse_picks(join.key), to_interface_object=True)
                    for join in interface.joins
                    if join.key is not None and join.resolvable and join.is_interface_object
                ]
    return found
