"""ARGUMENT_DESCRIPTION: arguments have a description."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.descriptions import missing
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each argument without a description."""
    for use in subject.arguments:
        yield from missing(use.coordinate, "argument", use.definition.description, use.definition.node)


RULE = Rule(
    code="ARGUMENT_DESCRIPTION",
    category=Category.DESCRIPTIONS,
    level=Level.NOTE,
    summary="Arguments have a description.",
    explanation="The description says which values are accepted, and what happens if the argument is missing.",
    check=check,
    options=Options,
)
