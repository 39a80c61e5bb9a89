"""SUPPRESSION_UNUSED: every suppression suppresses something."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.edits import removal
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule, no_problems
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.lint.suppressions import Suppressions
from hanse_schema.checks.report import Level


def unused_suppressions(subject: LintSubject, suppressions: Suppressions) -> Iterator[Problem]:
    """Report each code of a suppression comment that suppressed nothing."""
    unused = suppressions.unused()
    codes_of = suppressions.codes_by_comment()
    for one in unused:
        is_whole = codes_of[one.comment.start] <= {other.code for other in unused if other.comment is one.comment}
        yield Problem(
            "",
            None,
            f"The suppression of {one.code} suppresses nothing: remove it.",
            comment=one.comment,
            subject=f"{one.code} line {one.comment.line}",
            edits=(removal(subject.sdl, one.comment.start, one.comment.end),) if is_whole else (),
        )


RULE = Rule(
    code="SUPPRESSION_UNUSED",
    category=Category.SUPPRESSIONS,
    level=Level.WARNING,
    summary="Every suppression suppresses something.",
    explanation=(
        "A suppression that is left over would hide the next finding of its rule. Suppressions of rules that are off "
        "count as unused too. A comment with several rules is removed by a fix only if all of them are unused."
    ),
    check=no_problems,
    options=Options,
    fixes="Remove the comment.",
)
