"""ENUM_VALUES_DIFFER_BY_CASE: no two values of an enum differ only in case."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each enum value that an earlier one of its enum equals but for the case."""
    seen: dict[tuple[str, str], str] = {}
    for use in subject.values:
        first = seen.setdefault((use.owner.name, use.definition.name.lower()), use.definition.name)
        if first != use.definition.name:
            message = f"The enum value `{use.coordinate}` differs from `{first}` only in case: rename one of them."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="ENUM_VALUES_DIFFER_BY_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="No two values of an enum differ only in case.",
    explanation="`Red` and `RED` become the same constant in generated code of many languages.",
    check=check,
    options=Options,
)
