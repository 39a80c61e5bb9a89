"""FIELD_NAME_REPEATS_TYPE: names of fields do not begin with the name of their type."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import words
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import ROOTS, LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each field whose name begins with the words of its type's name."""
    for use in subject.fields:
        prefix = [word.lower() for word in words(use.owner.name)]
        parts = [word.lower() for word in words(use.definition.name)]
        if use.owner.name not in ROOTS and len(parts) > len(prefix) and parts[: len(prefix)] == prefix:
            message = f"The field `{use.coordinate}` repeats the name of its type: drop the prefix."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="FIELD_NAME_REPEATS_TYPE",
    category=Category.NAMING,
    level=Level.NOTE,
    summary="Names of fields do not begin with the name of their type.",
    explanation=("`user { userName }` says `user` twice; `user { name }` says it once. Root fields are not checked."),
    check=check,
    options=Options,
)
