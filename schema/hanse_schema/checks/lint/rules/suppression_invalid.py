"""SUPPRESSION_INVALID: suppressions name a rule and a reason."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule, no_problems
from hanse_schema.checks.lint.suppressions import Suppressions
from hanse_schema.checks.report import Level


def invalid_suppressions(suppressions: Suppressions) -> Iterator[Problem]:
    """Report each suppression comment that has no effect."""
    for one in suppressions.invalid:
        message = f"The suppression has no effect, because {one.problem}: correct or remove it."
        yield Problem("", None, message, comment=one.comment, subject=f"line {one.comment.line}")


RULE = Rule(
    code="SUPPRESSION_INVALID",
    category=Category.SUPPRESSIONS,
    level=Level.ERROR,
    summary="Suppressions name a rule and a reason.",
    explanation=(
        "The form is `# hanse-ignore RULE: reason`, above a definition or at the end of its line; several rules are "
        "separated by commas. `# hanse-ignore-file RULE: reason` is for the whole file."
    ),
    check=no_problems,
    options=Options,
)
