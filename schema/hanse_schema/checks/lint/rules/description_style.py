"""DESCRIPTION_STYLE: descriptions are block strings."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import StringValueNode

from hanse_schema.checks.edits import TextEdit
from hanse_schema.checks.lint.descriptions import described
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject


def _edits(description: StringValueNode) -> tuple[TextEdit, ...]:
    """The same text as a block string; nothing where a block string on one line cannot hold it."""
    text = description.value
    if description.loc is None or not text.isprintable() or text != text.strip() or text.endswith(('"', "\\")):
        return ()
    escaped = text.replace('"""', '\\"""')
    return (TextEdit(description.loc.start, description.loc.end, f'"""{escaped}"""'),) if text else ()


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each description in single quotes."""
    for one in described(subject):
        if one.description is not None and not one.description.block:
            yield Problem(
                one.coordinate,
                one.element,
                f"The description of `{one.coordinate}` is not a block string: write it in three quotes.",
                at=one.description,
                edits=_edits(one.description),
            )


RULE = Rule(
    code="DESCRIPTION_STYLE",
    category=Category.DESCRIPTIONS,
    level=None,
    summary="Descriptions are block strings.",
    explanation=(
        'One form of quotes for all descriptions: `"""A user."""`. A block string needs no escapes, and '
        "grows to several lines without a change of its quotes."
    ),
    check=check,
    options=Options,
    fixes="Write the description in three quotes.",
)
