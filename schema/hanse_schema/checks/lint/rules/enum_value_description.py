"""ENUM_VALUE_DESCRIPTION: values of enums have a description."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.descriptions import missing
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each enum value without a description."""
    for use in subject.values:
        yield from missing(use.coordinate, "enum value", use.definition.description, use.definition.node)


RULE = Rule(
    code="ENUM_VALUE_DESCRIPTION",
    category=Category.DESCRIPTIONS,
    level=None,
    summary="Values of enums have a description.",
    explanation="Off by default, because the names of many values say enough.",
    check=check,
    options=Options,
)
