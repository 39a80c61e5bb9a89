"""Prints the path of a walk as an operation."""

from __future__ import annotations

from hanse_schema.satisfiability.traverse import Step
from hanse_schema.supergraph.model import Supergraph


def print_operation(supergraph: Supergraph, last: Step, *, is_leaf: bool) -> str:
    """The shortest operation that ends with the step; arguments and variables are omitted."""
    steps: list[Step] = []
    at: Step | None = last
    while at is not None:
        steps.append(at)
        at = at.before
    root, *rest = reversed(steps)
    kinds = {supergraph.mutation: "mutation {", supergraph.subscription: "subscription {"}
    lines = [kinds.get(root.type, "{")]
    for depth, step in enumerate(rest, start=1):
        opens = "" if is_leaf and step is last else " {"
        lines.append("  " * depth + (step.field or f"... on {step.type}") + opens)
    if not is_leaf:
        lines.append("  " * (len(rest) + 1) + "__typename")
    closing = range(len(rest) - (1 if is_leaf else 0), -1, -1)
    return "\n".join(lines + ["  " * depth + "}" for depth in closing])
