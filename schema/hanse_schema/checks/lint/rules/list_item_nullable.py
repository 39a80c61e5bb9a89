"""LIST_ITEM_NULLABLE: items of lists are not nullable."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import FieldDef, InputValueDef
from hanse_schema.type_ref import is_list, is_non_null, item_of


def _has_nullable_item(reference: str) -> bool:
    while is_list(reference):
        reference = item_of(reference)
        if not is_non_null(reference):
            return True
    return False


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each list with nullable items."""
    uses: tuple[tuple[str, FieldDef | InputValueDef], ...] = (
        *((use.coordinate, use.definition) for use in subject.fields),
        *((use.coordinate, use.definition) for use in (*subject.arguments, *subject.input_fields)),
    )
    for coordinate, definition in uses:
        if _has_nullable_item(definition.type):
            message = f"`{coordinate}: {definition.type}` is a list with nullable items: make the items non-null."
            yield Problem(coordinate, definition.node, message)


RULE = Rule(
    code="LIST_ITEM_NULLABLE",
    category=Category.NULLABILITY,
    level=Level.WARNING,
    summary="Items of lists are not nullable.",
    explanation=(
        "Every client has to handle null in each item of `[T]`. Write `[T!]`, unless an item can be "
        "missing while the others are there. Fields, arguments and input fields are checked."
    ),
    check=check,
    options=Options,
)
