"""TYPE_DESCRIPTION: types have a description."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.descriptions import missing
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each type without a description."""
    for owner in subject.defined_types:
        yield from missing(owner.name, owner.kind.value, owner.description, owner.nodes[0])


RULE = Rule(
    code="TYPE_DESCRIPTION",
    category=Category.DESCRIPTIONS,
    level=Level.WARNING,
    summary="Types have a description.",
    explanation=(
        "The description is the documentation that every client sees. Root types are not checked, nor "
        "types that the subgraph only extends."
    ),
    check=check,
    options=Options,
)
