"""FIELD_NAME_CASE: names of fields are in camelCase."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import is_camel, to_camel
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each field whose name is not in camelCase."""
    for use in subject.fields:
        name = use.definition.name
        if not is_camel(name):
            message = f"The field `{use.coordinate}` is not in camelCase: write `{to_camel(name)}`."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="FIELD_NAME_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="Names of fields are in camelCase.",
    explanation=(
        "Response keys are field names, and nearly all clients expect camelCase. Fields that another "
        "subgraph resolves (`@external`) are not checked."
    ),
    check=check,
    options=Options,
)
