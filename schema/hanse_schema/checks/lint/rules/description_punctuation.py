"""DESCRIPTION_PUNCTUATION: descriptions end with a full stop."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import StringValueNode

from hanse_schema.checks.edits import TextEdit
from hanse_schema.checks.lint.descriptions import described
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject

_ENDS = (".", "!", "?", ":", ")", "`", "。", "…")


def _edits(sdl: str, description: StringValueNode) -> tuple[TextEdit, ...]:
    """A full stop after the last letter or digit; nothing after other characters."""
    if description.loc is None:
        return ()
    quotes = 3 if description.block else 1
    written = sdl[description.loc.start + quotes : description.loc.end - quotes].rstrip()
    if not written[-1:].isalnum() or written[-1:] != description.value.rstrip()[-1:]:
        return ()
    end = description.loc.start + quotes + len(written)
    return (TextEdit(end, end, "."),)


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each description whose last character does not end a sentence."""
    for one in described(subject):
        text = "" if one.description is None else one.description.value.rstrip()
        if one.description is not None and text and not text.endswith(_ENDS):
            yield Problem(
                one.coordinate,
                one.element,
                f"The description of `{one.coordinate}` does not end with a full stop: add one.",
                at=one.description,
                edits=_edits(subject.sdl, one.description),
            )


RULE = Rule(
    code="DESCRIPTION_PUNCTUATION",
    category=Category.DESCRIPTIONS,
    level=None,
    summary="Descriptions end with a full stop.",
    explanation="Descriptions are sentences, and tools join them with others. `!`, `?`, `:` and `)` end one too.",
    check=check,
    options=Options,
    fixes="Add a full stop.",
)
