"""INPUT_FIELD_DESCRIPTION: input fields have a description."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.descriptions import missing
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each input field without a description."""
    for use in subject.input_fields:
        yield from missing(use.coordinate, "input field", use.definition.description, use.definition.node)


RULE = Rule(
    code="INPUT_FIELD_DESCRIPTION",
    category=Category.DESCRIPTIONS,
    level=Level.WARNING,
    summary="Input fields have a description.",
    explanation="The description says which values are accepted, and what happens if the field is missing.",
    check=check,
    options=Options,
)
