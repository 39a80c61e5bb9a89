"""INPUT_FIELD_NAME_CASE: names of input fields are in camelCase."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import is_camel, to_camel
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each input field whose name is not in camelCase."""
    for use in subject.input_fields:
        name = use.definition.name
        if not is_camel(name):
            message = f"The input field `{use.coordinate}` is not in camelCase: write `{to_camel(name)}`."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="INPUT_FIELD_NAME_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="Names of input fields are in camelCase.",
    explanation="A client often sends back what it has read: fields and input fields have the same case.",
    check=check,
    options=Options,
)
