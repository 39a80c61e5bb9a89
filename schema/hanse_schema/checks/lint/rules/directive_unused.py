"""DIRECTIVE_UNUSED: every directive definition is used."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveLocation

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import applied, string_argument

EXECUTABLE = {
    location.name
    for location in (
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    )
}


def _composed(subject: LintSubject) -> set[str]:
    """The names in `@composeDirective`, without their sign."""
    composed = applied(subject.schema.schema_directives, "composeDirective")
    return {(string_argument(one, "name") or "").removeprefix("@") for one in composed}


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each definition of a type-system directive that is applied nowhere."""
    used = subject.applied_directives | _composed(subject)
    for directive in subject.directives:
        if directive.name in used or EXECUTABLE & set(directive.locations):
            continue
        edits = () if directive.node is None else subject.removal(directive.node)
        message = f"The directive `@{directive.name}` is applied nowhere: apply it, or remove its definition."
        yield Problem(f"@{directive.name}", directive.node, message, edits=edits)


RULE = Rule(
    code="DIRECTIVE_UNUSED",
    category=Category.STRUCTURE,
    level=Level.WARNING,
    summary="Every directive definition is used.",
    explanation=(
        "A directive of the schema that is applied nowhere, and not composed by `@composeDirective`, has "
        "no effect. Directives for operations are not checked."
    ),
    check=check,
    options=Options,
    fixes="Remove the definition.",
)
