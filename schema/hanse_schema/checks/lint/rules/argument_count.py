"""ARGUMENT_COUNT: fields have few arguments."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject


class Count(Options):
    """`max` is the number of arguments that is accepted."""

    max: int = Field(default=8, ge=0)


def check(subject: LintSubject, options: Count) -> Iterator[Problem]:
    """Report each field with too many arguments."""
    for use in subject.fields:
        count = len(use.definition.arguments)
        if count > options.max:
            message = (
                f"`{use.coordinate}` has {count} arguments, more than {options.max}: move them into an input object."
            )
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="ARGUMENT_COUNT",
    category=Category.STRUCTURE,
    level=None,
    summary="Fields have few arguments.",
    explanation=(
        "Many arguments of one field are easier to read and to extend as an input object. `max` is how "
        "many are accepted."
    ),
    check=check,
    options=Count,
)
