"""FIELD_DESCRIPTION: fields have a description."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.descriptions import missing
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each field without a description."""
    for use in subject.fields:
        yield from missing(use.coordinate, "field", use.definition.description, use.definition.node)


RULE = Rule(
    code="FIELD_DESCRIPTION",
    category=Category.DESCRIPTIONS,
    level=Level.WARNING,
    summary="Fields have a description.",
    explanation="A name alone rarely says unit, time zone, or when a value is null.",
    check=check,
    options=Options,
)
