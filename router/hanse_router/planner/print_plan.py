"""Print a plan as text, as JSON, or as a Graphviz graph of its fetches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hanse_router.operation import SkipInclude
from hanse_router.planner.operation_text import selections_text
from hanse_router.query_plan import (
    Alternatives,
    Condition,
    EntityGroup,
    EntityInput,
    Fetch,
    InlineFragment,
    Parallel,
    Path,
    PathKey,
    PathList,
    PlanNode,
    QueryPlan,
    Required,
    RequiredField,
    Selection,
    Sequence,
    Subscription,
)


def print_plan(plan: QueryPlan) -> str:
    """The plan as indented text: stages, and for each fetch its subgraph, selections and objects."""
    lines = ["QueryPlan {", *_indent(_node(plan.node)), "}"]
    return "\n".join(lines) + "\n"


def plan_to_json(plan: QueryPlan) -> dict[str, Any]:
    """The plan as JSON values."""
    return {"kind": plan.kind.value, "node": _node_json(plan.node)}


def plan_to_dot(plan: QueryPlan) -> str:
    """The fetches as a Graphviz graph; an arrow leads from a fetch to those that depend on it."""
    lines = ["digraph fetches {", "  rankdir=LR;", "  node [shape=box, fontname=monospace];"]
    for fetch in fetches_of(plan.node):
        paths = " ".join(path_text(path) for group in fetch.groups for path in group.paths)
        label = f"{fetch.id}: {fetch.subgraph}" + (f"\\n{paths}" if paths else "")
        lines.append(f'  f{fetch.id} [label="{label}"];')
        lines += [f"  f{before} -> f{fetch.id};" for before in fetch.depends_on]
    return "\n".join([*lines, "}"]) + "\n"


def fetches_of(node: PlanNode | None) -> Iterator[Fetch]:
    """Every fetch of a plan node, in the order of its stages."""
    match node:
        case Fetch():
            yield node
        case Sequence() | Parallel():
            for child in node.nodes:
                yield from fetches_of(child)
        case Condition():
            yield from fetches_of(node.node)
        case Subscription():
            yield node.primary
            yield from fetches_of(node.rest)
        case None:
            return


def path_text(path: Path) -> str:
    """A path as text: `users.@.reviews.@|Book|`."""
    text = ""
    for step in path:
        if isinstance(step, PathKey):
            text += f".{step.response_key}"
        elif isinstance(step, PathList):
            text += ".@"
        else:
            text += f"|{','.join(step.runtime_types)}|"
    return text.removeprefix(".")


def _indent(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _node(node: PlanNode | None) -> Iterator[str]:
    match node:
        case Fetch():
            yield from _fetch(node)
        case Sequence() | Parallel():
            yield f"{type(node).__name__} {{"
            for child in node.nodes:
                yield from _indent(_node(child))
            yield "}"
        case Condition():
            yield f"Condition({_when(node.any_of)}) {{"
            yield from _indent(_node(node.node))
            yield "}"
        case Subscription():
            yield "Subscription {"
            yield from _indent(_fetch(node.primary))
            if node.rest is not None:
                yield "  For each event {"
                yield from _indent(_indent(_node(node.rest)))
                yield "  }"
            yield "}"
        case None:
            return


def _fetch(fetch: Fetch) -> Iterator[str]:
    after = f", after {', '.join(f'#{before}' for before in fetch.depends_on)}" if fetch.depends_on else ""
    kind = "" if fetch.kind.value == "query" else f" {fetch.kind.value}"
    at = f" for {' and '.join(map(path_text, fetch.paths))}" if fetch.paths else ""
    yield f"Fetch #{fetch.id}{kind} ({fetch.subgraph}{after}){at} {{"
    yield from _indent(_selections(fetch.selections))
    for group in fetch.groups:
        yield from _indent(_group(group))
    yield "}"


def _group(group: EntityGroup) -> Iterator[str]:
    conditions = f" {_when(group.conditions)}" if group.conditions else ""
    override = ", tells the type" if group.typename_override else ""
    yield f"Entities at {' and '.join(path_text(path) for path in group.paths)}{conditions}{override} {{"
    for context in group.contexts:
        paths = zip(group.paths, context.depths, strict=True)
        above = dict.fromkeys(path_text(path[:depth]) or "the root" for path, depth in paths)
        yield f"  ${context.variable} from {' and '.join(above)} {{ {_required(context.required)} }}"
    for entity_input in group.inputs:
        yield f"  {_input(entity_input)} =>"
    yield from _indent(_selections(group.selections))
    yield "}"


def _input(entity_input: EntityInput) -> str:
    name = entity_input.typename or "its type"
    return f"{name} {{ {_required(entity_input.required) or '__typename'} }}"


def _required(required: Iterable[Required]) -> str:
    return " ".join(_required_part(part) for part in required)


def _required_part(part: Required) -> str:
    if isinstance(part, RequiredField):
        name = part.name if part.name == part.response_key else f"{part.name}: {part.response_key}"
        return f"{name} {{ {_required(part.selections)} }}" if part.selections else name
    return f"... on {part.type_condition} {{ {_required(part.selections)} }}"


def _selections(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        head = _head(selection)
        if selection.selections:
            yield f"{head} {{"
            yield from _indent(_selections(selection.selections))
            yield "}"
        else:
            yield head


def _head(selection: Selection) -> str:
    conditions = _conditions(selection.conditions)
    if isinstance(selection, InlineFragment):
        return f"... on {selection.type_condition}{conditions}" if selection.type_condition else f"...{conditions}"
    arguments = f"({selection.arguments})" if selection.arguments else ""
    alias = "" if selection.alias == selection.name else f"{selection.alias}: "
    moved = "" if selection.alias == selection.response_key else f" as {selection.response_key}"
    return f"{alias}{selection.name}{arguments}{conditions}{moved}"


def _conditions(conditions: Iterable[SkipInclude]) -> str:
    return "".join(f" @{'skip' if c.negated else 'include'}(if: ${c.variable})" for c in conditions)


def _when(any_of: Alternatives) -> str:
    """Conditions as text: `if $a and not $b, or $c`."""
    if len(any_of) == 1 and all(condition.negated for condition in any_of[0]):
        return "unless " + " or ".join(f"${condition.variable}" for condition in any_of[0])
    return "if " + ", or ".join(" and ".join(map(_truth, conditions)) for conditions in any_of)


def _truth(condition: SkipInclude) -> str:
    return f"{'not ' if condition.negated else ''}${condition.variable}"


def _node_json(node: PlanNode | None) -> dict[str, Any] | None:
    match node:
        case Fetch():
            return _fetch_json(node)
        case Sequence() | Parallel():
            return {"node": type(node).__name__, "nodes": [_node_json(child) for child in node.nodes]}
        case Condition():
            return {"node": "Condition", "anyOf": _alternatives_json(node.any_of), "then": _node_json(node.node)}
        case Subscription():
            return {"node": "Subscription", "primary": _fetch_json(node.primary), "rest": _node_json(node.rest)}
        case None:
            return None


def _alternatives_json(any_of: Alternatives) -> list[dict[str, bool]]:
    """For each set of conditions, the required value of each variable."""
    return [{condition.variable: not condition.negated for condition in conditions} for conditions in any_of]


def _fetch_json(fetch: Fetch) -> dict[str, Any]:
    return {
        "node": "Fetch",
        "id": fetch.id,
        "subgraph": fetch.subgraph,
        "kind": fetch.kind.value,
        "operation": fetch.operation,
        "operationName": fetch.operation_name,
        **({"aliasedOperation": fetch.aliased.text(2)} if fetch.aliased is not None else {}),
        "variables": list(fetch.variables),
        "dependsOn": list(fetch.depends_on),
        "paths": [path_text(path) for path in fetch.paths],
        "entities": [_group_json(group) for group in fetch.groups],
    }


def _group_json(group: EntityGroup) -> dict[str, Any]:
    return {
        "alias": group.alias,
        "variable": group.variable,
        "paths": [path_text(path) for path in group.paths],
        "inputs": [
            {
                "types": list(i.runtime_types),
                "typename": i.typename,
                "required": _required(i.required),
                "key": _required(i.key),
            }
            for i in group.inputs
        ],
        "selections": selections_text(group.selections),
        "conditions": _alternatives_json(group.conditions),
        "typenameOverride": group.typename_override,
        "contexts": [
            {"variable": c.variable, "type": c.type, "depths": list(c.depths), "required": _required(c.required)}
            for c in group.contexts
        ],
    }
