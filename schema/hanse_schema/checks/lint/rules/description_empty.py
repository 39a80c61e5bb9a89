"""DESCRIPTION_EMPTY: no description is empty."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.edits import removal
from hanse_schema.checks.lint.descriptions import described
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each description of blanks only."""
    for one in described(subject):
        if one.description is not None and not one.description.value.strip() and one.description.loc is not None:
            yield Problem(
                one.coordinate,
                one.element,
                f"The description of `{one.coordinate}` is empty: write one, or remove it.",
                at=one.description,
                edits=(removal(subject.sdl, one.description.loc.start, one.description.loc.end),),
            )


RULE = Rule(
    code="DESCRIPTION_EMPTY",
    category=Category.DESCRIPTIONS,
    level=Level.WARNING,
    summary="No description is empty.",
    explanation="An empty description hides from tools that it is missing.",
    check=check,
    options=Options,
    fixes="Remove the empty description.",
)
