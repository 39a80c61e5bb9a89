"""SCALAR_SPECIFIED_BY: custom scalars name their specification by `@specifiedBy`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.subgraph.model import Kind


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each custom scalar without `@specifiedBy`."""
    for owner in subject.defined_types:
        if owner.kind is Kind.SCALAR and not any(one.name == "specifiedBy" for one in owner.directives):
            message = f"The scalar `{owner.name}` has no `@specifiedBy`: add the URL of its specification."
            yield Problem(owner.name, owner.nodes[0], message)


RULE = Rule(
    code="SCALAR_SPECIFIED_BY",
    category=Category.STRUCTURE,
    level=None,
    summary="Custom scalars name their specification by `@specifiedBy`.",
    explanation=(
        "A client cannot know how `DateTime` is written. The URL of a specification says it to people and tools."
    ),
    check=check,
    options=Options,
)
