"""TYPE_NAME_CASE: names of types are in PascalCase."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import is_pascal, to_pascal
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each type whose name is not in PascalCase."""
    for owner in subject.defined_types:
        if not is_pascal(owner.name):
            message = f"The type `{owner.name}` is not in PascalCase: write `{to_pascal(owner.name)}`."
            yield Problem(owner.name, owner.nodes[0], message)


RULE = Rule(
    code="TYPE_NAME_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="Names of types are in PascalCase.",
    explanation=(
        "Clients generate classes from types, and all GraphQL libraries write types in PascalCase. Types "
        "whose names begin with two underscores belong to GraphQL itself."
    ),
    check=check,
    options=Options,
)
