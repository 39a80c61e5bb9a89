"""LIST_NULLABLE: fields that are lists are not nullable."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.type_ref import is_list, is_non_null


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each field whose list is nullable."""
    for use in subject.fields:
        if is_list(use.definition.type) and not is_non_null(use.definition.type):
            shown = f"{use.coordinate}: {use.definition.type}"
            message = f"`{shown}` is a nullable list: make it non-null, or say what null means."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="LIST_NULLABLE",
    category=Category.NULLABILITY,
    level=Level.NOTE,
    summary="Fields that are lists are not nullable.",
    explanation=(
        "An empty list says that there is nothing; null beside it needs a meaning of its own, such as "
        '"not allowed to see it". Arguments and input fields are not checked.'
    ),
    check=check,
    options=Options,
)
