"""TAG_NAME: tags are known."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.directives import applications
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import string_argument


class Tags(Options):
    """`allowed` are the names of tags. If empty, all are."""

    allowed: tuple[str, ...] = ()


def check(subject: LintSubject, options: Tags) -> Iterator[Problem]:
    """Report each tag that is not allowed."""
    if not options.allowed:
        return
    for use in applications(subject):
        name = string_argument(use.directive, "name") if use.directive.spec and use.directive.name == "tag" else None
        if name is not None and name not in options.allowed:
            message = (
                f"`{use.coordinate}` has the tag `{name}`, which is not allowed: correct it, or add it to `allowed`."
            )
            yield Problem(use.coordinate, use.element, message, at=use.directive.node, subject=name)


RULE = Rule(
    code="TAG_NAME",
    category=Category.FEDERATION,
    level=Level.WARNING,
    summary="Tags are known.",
    explanation=(
        "A misspelled `@tag` hides nothing from a contract. `allowed` lists the names of tags; without "
        "it nothing is checked."
    ),
    check=check,
    options=Tags,
)
