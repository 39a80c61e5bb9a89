"""The query graph: the types of each subgraph as nodes, and fields and entity entries as edges."""

from hanse_schema.query_graph.build import build
from hanse_schema.query_graph.dot import graph_to_dot
from hanse_schema.query_graph.edge import Entry, FieldEdge, OverrideCondition
from hanse_schema.query_graph.field_set import (
    TYPENAME,
    FieldPick,
    Picks,
    TypePick,
    parse_context_picks,
    parse_picks,
    print_picks,
)
from hanse_schema.query_graph.graph import QueryGraph
from hanse_schema.query_graph.node import Node

__all__ = [
    "TYPENAME",
    "Entry",
    "FieldEdge",
    "FieldPick",
    "Node",
    "OverrideCondition",
    "Picks",
    "QueryGraph",
    "TypePick",
    "build",
    "graph_to_dot",
    "parse_context_picks",
    "parse_picks",
    "print_picks",
]
