"""`@skip` and `@include` once the variables' values are known: what holds is settled before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    value_from_ast_untyped,
    visit,
)

from hanse_router.planner.plan import Alternatives, SkipInclude

Booleans = Mapping[str, bool]


def condition_variables(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what is selected, in order of their names."""
    found: set[str] = set()

    class Find(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            if node.name.value in ("skip", "include"):
                found.update(a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode))

    visit(document, Find())
    return tuple(sorted(found))


def boolean_defaults(operation: OperationDefinitionNode, names: Iterable[str]) -> dict[str, bool]:
    """What each of these variables is where the client gives none."""
    defaults = dict.fromkeys(names, False)
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if name in defaults and definition.default_value is not None:
            defaults[name] = bool(value_from_ast_untyped(definition.default_value))
    return defaults


def included(directives: Iterable[DirectiveNode] | None, booleans: Booleans) -> bool:
    """Whether a selection with these directives is selected."""
    for directive in directives or ():
        name = directive.name.value
        if name not in ("skip", "include"):
            continue
        value = next(argument.value for argument in directive.arguments or () if argument.name.value == "if")
        if isinstance(value, BooleanValueNode):
            holds = value.value
        else:
            assert isinstance(value, VariableNode)  # the document is valid
            holds = booleans[value.name.value]
        if holds is (name == "skip"):
            return False
    return True


def holds(conditions: Iterable[SkipInclude], booleans: Booleans) -> bool:
    """Whether all conditions of a plan's element hold."""
    return all(booleans.get(condition.variable, False) is not condition.negated for condition in conditions)


def any_holds(any_of: Alternatives, booleans: Booleans) -> bool:
    """Whether one of the sets of conditions holds, if there are any."""
    return not any_of or any(holds(conditions, booleans) for conditions in any_of)
