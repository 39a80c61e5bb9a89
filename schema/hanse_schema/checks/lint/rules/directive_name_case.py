"""DIRECTIVE_NAME_CASE: names of directives are in camelCase."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import is_camel, to_camel
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each directive whose name is not in camelCase."""
    for directive in subject.directives:
        if not is_camel(directive.name):
            message = f"The directive `@{directive.name}` is not in camelCase: write `@{to_camel(directive.name)}`."
            yield Problem(f"@{directive.name}", directive.node, message)


RULE = Rule(
    code="DIRECTIVE_NAME_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="Names of directives are in camelCase.",
    explanation=(
        "The directives of GraphQL and of federation are in camelCase. Only directives that the subgraph "
        "defines itself are checked."
    ),
    check=check,
    options=Options,
)
