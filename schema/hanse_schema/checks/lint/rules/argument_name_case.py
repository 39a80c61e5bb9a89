"""ARGUMENT_NAME_CASE: names of arguments are in camelCase."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import is_camel, to_camel
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each argument whose name is not in camelCase."""
    for use in (*subject.arguments, *subject.directive_arguments):
        name = use.definition.name
        if not is_camel(name):
            message = f"The argument `{use.coordinate}` is not in camelCase: write `{to_camel(name)}`."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="ARGUMENT_NAME_CASE",
    category=Category.NAMING,
    level=Level.ERROR,
    summary="Names of arguments are in camelCase.",
    explanation=(
        "Arguments are read beside fields, so they have the same case. Arguments of the subgraph's own "
        "directives are checked too."
    ),
    check=check,
    options=Options,
)
