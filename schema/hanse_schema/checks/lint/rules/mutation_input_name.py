"""MUTATION_INPUT_NAME: the input object of a mutation has its name."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import capitalized
from hanse_schema.checks.lint.mutations import mutations
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.type_ref import named_type


class InputName(Options):
    """`argument` is the name of the argument, `suffix` the end of its type's name."""

    argument: str = "input"
    suffix: str = "Input"


def check(subject: LintSubject, options: InputName) -> Iterator[Problem]:
    """Report each mutation whose input object has another name."""
    for use in mutations(subject):
        given = use.definition.arguments.get(options.argument)
        expected = f"{capitalized(use.definition.name)}{options.suffix}"
        if given is not None and named_type(given.type) != expected:
            coordinate = f"{use.coordinate}({given.name}:)"
            message = (
                f"The input of the mutation `{use.coordinate}` is `{named_type(given.type)}`: name it `{expected}`."
            )
            yield Problem(coordinate, given.node, message)


RULE = Rule(
    code="MUTATION_INPUT_NAME",
    category=Category.MUTATIONS,
    level=Level.WARNING,
    summary="The input object of a mutation has its name.",
    explanation=(
        "`createUser(input:)` takes a `CreateUserInput`. An input object that two mutations share cannot "
        "grow for one of them. `argument` is the name of the argument, `suffix` the end of the type's "
        "name."
    ),
    check=check,
    options=InputName,
)
