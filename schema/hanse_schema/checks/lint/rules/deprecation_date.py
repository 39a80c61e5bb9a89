"""DEPRECATION_DATE: deprecations say from when on the element can be removed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hanse_schema.checks.lint.deprecations import deprecations
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject

_DATE = re.compile(r"\b\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each deprecation whose reason has no date."""
    for one in deprecations(subject):
        if one.reason.strip() and not _DATE.search(one.reason):
            message = (
                f"The reason for the deprecation of `{one.coordinate}` has no date of removal: add one, as 2030-01-31."
            )
            yield Problem(one.coordinate, one.element, message, at=one.directive)


RULE = Rule(
    code="DEPRECATION_DATE",
    category=Category.DEPRECATION,
    level=None,
    summary="Deprecations say from when on the element can be removed.",
    explanation=(
        "A date such as 2030-01-31 in the reason lets clients plan, and lets a team remove the element on time."
    ),
    check=check,
    options=Options,
)
