"""LIST_UNBOUNDED: lists of objects have a bound."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import has
from hanse_schema.type_ref import is_list


class Bounds(Options):
    """`arguments` are names of arguments that bound a list. `scalars`: whether to check lists of scalars and enums."""

    arguments: tuple[str, ...] = ("first", "last", "limit", "pageSize", "ids", "representations")
    scalars: bool = False


def check(subject: LintSubject, options: Bounds) -> Iterator[Problem]:
    """Report each field of a list type that nothing bounds."""
    for use in subject.fields:
        definition = use.definition
        if not is_list(definition.type) or use.owner.name.endswith("Connection"):
            continue
        if not options.scalars and not subject.is_composite(definition.type):
            continue
        if not has(definition.directives, "listSize") and not set(options.arguments) & definition.arguments.keys():
            message = (
                f"`{use.coordinate}: {definition.type}` is a list without a bound: return a connection, "
                "add an argument such as `first`, or declare `@listSize`."
            )
            yield Problem(use.coordinate, definition.node, message)


RULE = Rule(
    code="LIST_UNBOUNDED",
    category=Category.PAGINATION,
    level=Level.WARNING,
    summary="Lists of objects have a bound.",
    explanation=(
        "A list without a bound grows with the data until a request is too expensive. Return a "
        "connection, give the field an argument that limits it, or declare its size by `@listSize`. The "
        "lists `edges` and `nodes` of a connection are bounded by the field that returns the connection. "
        "`arguments` lists the names of arguments that limit; `scalars: true` checks lists of scalars "
        "and enums too."
    ),
    check=check,
    options=Bounds,
)
