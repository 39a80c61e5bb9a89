"""Evaluate `@skip` and `@include` conditions, given the values of their variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import value_from_ast_untyped

from hanse_router.operation import Operation, SkipInclude
from hanse_router.query_plan import Alternatives

Booleans = Mapping[str, bool]


def boolean_defaults(operation: Operation) -> dict[str, bool]:
    """The value of each variable of a condition where the client gives none."""
    defaults = dict.fromkeys(operation.condition_variables, False)
    for name in defaults:
        definition = operation.variables[name]
        if definition.default_value is not None:
            defaults[name] = bool(value_from_ast_untyped(definition.default_value))
    return defaults


def holds(conditions: Iterable[SkipInclude], booleans: Booleans) -> bool:
    """Whether all conditions of a plan's element hold."""
    return all(booleans.get(condition.variable, False) is not condition.negated for condition in conditions)


def any_holds(any_of: Alternatives, booleans: Booleans) -> bool:
    """Whether one of the sets of conditions holds, if there are any."""
    return not any_of or any(holds(conditions, booleans) for conditions in any_of)
