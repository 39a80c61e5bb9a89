"""KEY_, REQUIRES_ and PROVIDES_INVALID_FIELDS: a field set selects fields that exist, in the right syntax."""

from __future__ import annotations

from hanse_schema.subgraph.constants import ConstantChecker
from hanse_schema.subgraph.model import FieldDef, Kind
from hanse_schema.subgraph.subject import FieldSetUse, Step, Subject
from hanse_schema.type_ref import is_non_null

_CODES = {
    "key": "KEY_INVALID_FIELDS",
    "requires": "REQUIRES_INVALID_FIELDS",
    "provides": "PROVIDES_INVALID_FIELDS",
}


def check(subject: Subject) -> None:
    """Report the first problem of each field set, including its arguments. Later rules skip such field sets."""
    for use in subject.uses:
        use.problem = use.problem or _argument_problem(subject.constants, use)
        if use.problem is not None:
            subject.report.error(
                _CODES[use.directive.name],
                f"`{use.coordinate}` has {use.text}, which {use.problem}.",
                use.directive.node,
                coordinate=use.coordinate,
            )


def _argument_problem(constants: ConstantChecker, use: FieldSetUse) -> str | None:
    for step in use.steps:
        if step.definition is not None and step.owner.kind is not Kind.UNION:
            problem = step_problem(constants, step, step.definition)
            if problem is not None:
                return problem
    return None


def step_problem(constants: ConstantChecker, step: Step, definition: FieldDef) -> str | None:
    """What is wrong with the arguments of a selected field, if anything."""
    given = dict(step.selection.arguments)
    for name, value in given.items():
        argument = definition.arguments.get(name)
        if argument is None:
            return f"gives `{step.coordinate}` an argument `{name}`, which the field does not have"
        if constants.problem(value, argument.type) is not None:
            return f"gives `{step.coordinate}({name}:)` a value that is no {argument.type}"
    for argument in definition.arguments.values():
        if argument.name not in given and is_non_null(argument.type) and argument.default is None:
            return f"leaves out the argument `{argument.name}` that `{step.coordinate}` must have"
    return None
