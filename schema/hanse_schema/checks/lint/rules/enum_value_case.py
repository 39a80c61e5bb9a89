"""ENUM_VALUE_CASE: values of enums are in SCREAMING_SNAKE_CASE."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import is_screaming_snake, to_screaming_snake
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each enum value that is not in SCREAMING_SNAKE_CASE."""
    for use in subject.values:
        name = use.definition.name
        if not is_screaming_snake(name):
            message = (
                f"The enum value `{use.coordinate}` is not in SCREAMING_SNAKE_CASE: write `{to_screaming_snake(name)}`."
            )
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="ENUM_VALUE_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="Values of enums are in SCREAMING_SNAKE_CASE.",
    explanation=(
        "Enum values are constants in most languages. The case also tells them apart from fields and "
        "variables in an operation."
    ),
    check=check,
    options=Options,
)
