"""KEY_FIELD_NULLABLE: the fields of a key are not nullable."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.field_set import Selection, parse_field_set
from hanse_schema.subgraph.model import TypeDef, applied, string_argument
from hanse_schema.type_ref import is_non_null


def _nullable_fields(subject: LintSubject, owner: TypeDef, selections: tuple[Selection, ...]) -> Iterator[str]:
    """The coordinates of the nullable fields among the selections and those inside of them."""
    for selection in selections:
        definition = owner.fields.get(selection.field or "")
        if definition is None:
            continue
        if not is_non_null(definition.type):
            yield f"{owner.name}.{definition.name}"
        inner = subject.type_of(definition.type)
        if inner is not None and selection.selections:
            yield from _nullable_fields(subject, inner, selection.selections)


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each key with a nullable field."""
    for owner in subject.types.values():
        for key in applied(owner.directives, "key"):
            for coordinate in _nullable_fields(subject, owner, parse_field_set(string_argument(key, "fields") or "")):
                message = f"The key of `{owner.name}` selects the nullable field `{coordinate}`: make it non-null."
                yield Problem(owner.name, owner.nodes[0], message, at=key.node, subject=coordinate)


RULE = Rule(
    code="KEY_FIELD_NULLABLE",
    category=Category.FEDERATION,
    level=Level.WARNING,
    summary="The fields of a key are not nullable.",
    explanation="An entity with null in its key cannot be fetched from another subgraph.",
    check=check,
    options=Options,
)
