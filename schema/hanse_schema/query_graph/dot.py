"""Renders the query graph for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.query_graph.edge import FieldEdge
from hanse_schema.query_graph.field_set import print_picks
from hanse_schema.query_graph.graph import QueryGraph
from hanse_schema.query_graph.node import Node


def graph_to_dot(graph: QueryGraph) -> str:
    """The query graph as a Graphviz graph: one cluster per subgraph, fields as arrows, entries as dashed ones.

    Leaves are listed in their type's box, with their requirements; copies made by `@provides` are omitted.
    """
    lines = ["digraph query_graph {", "  rankdir=LR;", "  node [shape=record, fontname=monospace];"]
    nodes = list(graph.nodes())
    for info in graph.supergraph.subgraphs.values():
        own = [node for node in nodes if node.graph == info.graph]
        lines += [f'  subgraph "cluster_{info.graph}" {{', f'    label="{info.name}";']
        lines += [f"    {_box(graph, node)}" for node in own]
        lines.append("  }")
    for node in nodes:
        lines += [f"  {arrow}" for arrow in _arrows(graph, node)]
    return "\n".join([*lines, "}"]) + "\n"


def _box(graph: QueryGraph, node: Node) -> str:
    leaves = [_label(edge) for edge in graph.fields(node).values() if edge.target is None]
    rows = "".join(f"{_escape(leaf)}\\l" for leaf in leaves)
    return f'"{node}" [label="{{{_escape(node.type)}|{rows}}}"];'


def _arrows(graph: QueryGraph, node: Node) -> Iterator[str]:
    for edge in graph.fields(node).values():
        if edge.target is not None:
            plain = Node(edge.target.graph, edge.target.type)
            yield f'"{node}" -> "{plain}" [label="{_escape(_label(edge))}"];'
    if not graph.is_object(node):
        for cast in graph.casts(node):
            yield f'"{node}" -> "{cast}" [style=dotted];'
    for entry in graph.entries.get(node.type, ()):
        if entry.target.graph != node.graph:
            yield f'"{node}" -> "{entry.target}" [style=dashed, label="{_escape("@key " + print_picks(entry.key))}"];'


def _label(edge: FieldEdge) -> str:
    text = edge.name
    if edge.requires:
        text += f" @requires {print_picks(edge.requires)}"
    if edge.target is not None and edge.target.provides:
        text += f" @provides {print_picks(edge.target.provides)}"
    if edge.condition is not None:
        text += f" @{'if' if edge.condition.active else 'unless'} {edge.condition.label}"
    return text


def _escape(text: str) -> str:
    return "".join(f"\\{char}" if char in '{}<>|"\\' else char for char in text)
