"""DIRECTIVE_DESCRIPTION: directives have a description."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.descriptions import missing
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each directive without a description."""
    for directive in subject.directives:
        yield from missing(f"@{directive.name}", "directive", directive.description, directive.node)


RULE = Rule(
    code="DIRECTIVE_DESCRIPTION",
    category=Category.DESCRIPTIONS,
    level=Level.WARNING,
    summary="Directives have a description.",
    explanation="A directive of the subgraph's own has an effect that only its description can say.",
    check=check,
    options=Options,
)
