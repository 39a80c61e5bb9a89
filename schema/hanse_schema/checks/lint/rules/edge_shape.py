"""EDGE_SHAPE: edges have `node` and `cursor`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Kind
from hanse_schema.type_ref import is_list


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each type of the edges of a connection without the fields of an edge."""
    for owner in subject.defined_types:
        edges = owner.fields.get("edges") if owner.name.endswith("Connection") else None
        edge = None if edges is None else subject.type_of(edges.type)
        if edge is None or edge.kind is not Kind.OBJECT or not edge.nodes:
            continue
        node = edge.fields.get("node")
        if node is None or is_list(node.type):
            message = f"The edge `{edge.name}` has no field `node` that is no list: add it."
            yield Problem(edge.name, edge.nodes[0], message, subject="node")
        if "cursor" not in edge.fields:
            message = f"The edge `{edge.name}` has no field `cursor`: add it."
            yield Problem(edge.name, edge.nodes[0], message, subject="cursor")


RULE = Rule(
    code="EDGE_SHAPE",
    category=Category.PAGINATION,
    level=Level.WARNING,
    summary="Edges have `node` and `cursor`.",
    explanation=(
        "The connection specification of Relay: the objects in `edges` of a connection have `node`, "
        "which is no list, and `cursor`."
    ),
    check=check,
    options=Options,
)
