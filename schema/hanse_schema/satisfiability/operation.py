"""Prints the path of a walk as an operation."""

from __future__ import annotations

from hanse_schema.satisfiability.traverse import Step
from hanse_schema.supergraph.model import InputValue, InterfaceType, ObjectType, Supergraph
from hanse_schema.type_ref import is_non_null, named_type


def print_operation(supergraph: Supergraph, last: Step, *, is_leaf: bool) -> str:
    """The shortest operation that ends with the step. Required arguments are variables, others are omitted."""
    root, *rest = _steps(last)
    at = root.type or supergraph.query
    variables: dict[str, str] = {}
    lines = []
    for depth, step in enumerate(rest, start=1):
        opens = "" if is_leaf and step is last else " {"
        if step.field is None:
            at = step.type or at
            text = f"... on {at}"
        else:
            definition = supergraph.types[at]
            assert isinstance(definition, ObjectType | InterfaceType)
            field = definition.fields[step.field]
            text = step.field + _arguments(field.arguments, variables)
            at = named_type(field.type)
        lines.append("  " * depth + text + opens)
    if not is_leaf:
        lines.append("  " * (len(rest) + 1) + "__typename")
    closing = range(len(rest) - (1 if is_leaf else 0), -1, -1)
    return "\n".join([_head(supergraph, root, variables), *lines, *("  " * depth + "}" for depth in closing)])


def _steps(last: Step) -> list[Step]:
    """All steps, the root first."""
    steps: list[Step] = []
    at: Step | None = last
    while at is not None:
        steps.append(at)
        at = at.before
    return steps[::-1]


def _head(supergraph: Supergraph, root: Step, variables: dict[str, str]) -> str:
    kinds = {supergraph.mutation: "mutation", supergraph.subscription: "subscription"}
    kind = kinds.get(root.type, "query" if variables else "")
    declared = ", ".join(f"${name}: {type_}" for name, type_ in variables.items())
    head = f"{kind}({declared})" if declared else kind
    return f"{head} {{" if head else "{"


def _arguments(arguments: dict[str, InputValue], variables: dict[str, str]) -> str:
    """The required arguments of a field, each with a variable of its own, which is added to `variables`."""
    given = []
    for argument in arguments.values():
        if not is_non_null(argument.type) or argument.default is not None:
            continue
        name, number = argument.name, 2
        while name in variables:
            name, number = f"{argument.name}{number}", number + 1
        variables[name] = argument.type
        given.append(f"{argument.name}: ${name}")
    return f"({', '.join(given)})" if given else ""
