"""CONNECTION_ARGUMENTS: fields that return connections have arguments for paging."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import FieldDef
from hanse_schema.type_ref import is_list, named_type

_PAIRS = (("first", "after"), ("last", "before"))


def _pages(definition: FieldDef, size: str, cursor: str) -> bool:
    count = definition.arguments.get(size)
    return count is not None and named_type(count.type) == "Int" and cursor in definition.arguments


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each field that returns a connection and cannot be paged."""
    for use in subject.fields:
        definition = use.definition
        is_connection = named_type(definition.type).endswith("Connection") and not is_list(definition.type)
        if is_connection and not any(_pages(definition, size, cursor) for size, cursor in _PAIRS):
            message = (
                f"`{use.coordinate}` returns a connection, but has no arguments for paging: "
                "add `first: Int` and `after: String`, or `last: Int` and `before: String`."
            )
            yield Problem(use.coordinate, definition.node, message)


RULE = Rule(
    code="CONNECTION_ARGUMENTS",
    category=Category.PAGINATION,
    level=Level.WARNING,
    summary="Fields that return connections have arguments for paging.",
    explanation=(
        "The connection specification of Relay: forward by `first: Int` and `after`, backward by `last: "
        "Int` and `before`, or both."
    ),
    check=check,
    options=Options,
)
