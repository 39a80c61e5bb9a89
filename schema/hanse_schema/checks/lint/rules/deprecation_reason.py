"""DEPRECATION_REASON: deprecations have a reason."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.deprecations import deprecations
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level

_DEFAULT = "No longer supported"


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each deprecation without a reason."""
    for one in deprecations(subject):
        if not one.reason.strip() or one.reason.strip() == _DEFAULT:
            message = f"`{one.coordinate}` is deprecated without a reason: say what to use in its place."
            yield Problem(one.coordinate, one.element, message, at=one.directive)


RULE = Rule(
    code="DEPRECATION_REASON",
    category=Category.DEPRECATION,
    level=Level.ERROR,
    summary="Deprecations have a reason.",
    explanation=(
        'The reason says what to use in place of the element. Without one, GraphQL says only "No longer supported".'
    ),
    check=check,
    options=Options,
)
