"""ENUM_VALUE_REPEATS_TYPE: values of enums do not begin with the name of their enum."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import words
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each enum value that begins with the words of its enum's name."""
    for use in subject.values:
        prefix = [word.lower() for word in words(use.owner.name)]
        parts = [word.lower() for word in words(use.definition.name)]
        if len(parts) > len(prefix) and parts[: len(prefix)] == prefix:
            message = f"The enum value `{use.coordinate}` repeats the name of its enum: drop the prefix."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="ENUM_VALUE_REPEATS_TYPE",
    category=Category.NAMING,
    level=Level.NOTE,
    summary="Values of enums do not begin with the name of their enum.",
    explanation="In GraphQL the values of an enum have a scope of their own: `Color.RED` needs no `COLOR_RED`.",
    check=check,
    options=Options,
)
