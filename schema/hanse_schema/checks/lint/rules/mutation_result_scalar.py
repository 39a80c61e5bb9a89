"""MUTATION_RESULT_SCALAR: a mutation does not return a scalar."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.mutations import mutations
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each mutation that returns a scalar or an enum."""
    for use in mutations(subject):
        if not subject.is_composite(use.definition.type):
            shown = f"{use.coordinate}: {use.definition.type}"
            message = f"The result of the mutation `{shown}` has no fields: return an object."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="MUTATION_RESULT_SCALAR",
    category=Category.MUTATIONS,
    level=Level.NOTE,
    summary="A mutation does not return a scalar.",
    explanation=(
        "A Boolean cannot grow: a client that needs to know what changed has to send a query after the "
        "mutation. Return the changed object or a payload."
    ),
    check=check,
    options=Options,
)
