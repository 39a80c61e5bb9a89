"""ID_TYPE: fields called `id` are of the type `ID`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.type_ref import named_type


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each field `id` of another type than ID."""
    for use in subject.fields:
        if use.definition.name == "id" and named_type(use.definition.type) != "ID":
            message = f"`{use.coordinate}: {use.definition.type}` is not an ID: make it `ID!`."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="ID_TYPE",
    category=Category.STRUCTURE,
    level=Level.NOTE,
    summary="Fields called `id` are of the type `ID`.",
    explanation=("Client caches identify objects by `id: ID!`, and an ID says that clients must not compute with it."),
    check=check,
    options=Options,
)
