"""QUERY_FIELD_NON_NULL: fields of Query are nullable."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.type_ref import is_non_null


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each non-null field of Query."""
    for use in subject.fields:
        if use.owner.name == "Query" and is_non_null(use.definition.type):
            shown = f"{use.coordinate}: {use.definition.type}"
            message = f"`{shown}` is non-null, so that its error nulls the response: make it nullable."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="QUERY_FIELD_NON_NULL",
    category=Category.NULLABILITY,
    level=None,
    summary="Fields of Query are nullable.",
    explanation=(
        "If a non-null root field fails, the whole response has no data, also for the other fields of "
        "the operation. Off by default, because many schemas accept that."
    ),
    check=check,
    options=Options,
)
