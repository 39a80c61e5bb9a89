"""FEDERATION_VERSION: the schema links Federation 2."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report a schema of Federation 1."""
    if subject.schema.federation_version == (1, 0):
        message = "The schema does not link Federation 2: add `extend schema @link(url: ..., import: [...])`."
        yield Problem("", None, message)


RULE = Rule(
    code="FEDERATION_VERSION",
    category=Category.FEDERATION,
    level=Level.NOTE,
    summary="The schema links Federation 2.",
    explanation=(
        "Without a `@link` of the Federation specification the schema has the meaning of Federation 1: "
        "every field of a value type is shareable, and mistakes are found late."
    ),
    check=check,
    options=Options,
)
