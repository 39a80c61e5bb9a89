"""The argument of `@fromContext`: a context's name and a selection from it.

Spec: https://specs.apollo.dev/federation/v2.8, scalar ContextFieldValue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import Applied, FieldDef, InputValueDef, TypeDef, applied, string_argument
from hanse_schema.subgraph.subject import Subject

_FORM = re.compile(r"\s*\$\s*([A-Za-z_][0-9A-Za-z_]*)\s*(.*)", re.DOTALL)


def parse_context(directive: Applied) -> tuple[str | None, str]:
    """The context that a `@fromContext` names, None if it names none; and the text of its selection."""
    match = _FORM.fullmatch(string_argument(directive, "field") or "")
    return (match[1], match[2]) if match else (None, "")


def context_uses(subject: Subject) -> Iterator[tuple[TypeDef, FieldDef, InputValueDef, Applied]]:
    """Every argument with a `@fromContext`, with its type and field."""
    if subject.version < (2, 8):
        return
    for owner, field, argument in subject.arguments():
        for directive in applied(argument.directives, "fromContext"):
            yield owner, field, argument, directive


def context_selections(subject: Subject) -> Iterator[tuple[TypeDef, tuple[Selection, ...]]]:
    """Every selection from a context that can be parsed, with each type that sets the context."""
    for _, _, _, directive in context_uses(subject):
        context, text = parse_context(directive)
        for setter in subject.contexts.get(context or "", ()):
            try:
                yield setter, parse_selection(text)
            except FieldSetError:
                continue


def parse_selection(text: str) -> tuple[Selection, ...]:
    """Parse the selection from a context, with or without outer braces. Raises FieldSetError."""
    return parse_field_set(text)
