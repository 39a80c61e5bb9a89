"""LINK_IMPORT_UNUSED: every import of a `@link` is used."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.imports import imports
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import applied, string_argument


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each imported directive and type that the SDL does not name."""
    composed = applied(subject.schema.schema_directives, "composeDirective")
    used = subject.names | {(string_argument(one, "name") or "").removeprefix("@") for one in composed}
    for found in imports(subject):
        if found.local.removeprefix("@") not in used:
            yield Problem(
                found.local,
                found.link,
                f"The import `{found.local}` is not used: remove it.",
                at=found.node,
                edits=found.removal(subject.sdl),
            )


RULE = Rule(
    code="LINK_IMPORT_UNUSED",
    category=Category.FEDERATION,
    level=Level.WARNING,
    summary="Every import of a `@link` is used.",
    explanation=("Imports that nothing uses are left over from what was removed, and hide what the schema depends on."),
    check=check,
    options=Options,
    fixes="Remove the import.",
)
