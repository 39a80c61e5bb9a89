"""Every directive that is applied to an element of a subgraph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import Node

from hanse_schema.checks.lint.subject import FieldUse, InputUse, LintSubject, ValueUse
from hanse_schema.subgraph.model import Applied


@dataclass(frozen=True, slots=True)
class Application:
    """A directive applied to an element."""

    coordinate: str
    element: Node | None
    directive: Applied


def applications(subject: LintSubject) -> Iterator[Application]:
    """The directives of types, fields, arguments, input fields and enum values, without inherited ones."""
    for owner in subject.types.values():
        for directive in owner.directives:
            yield Application(owner.name, owner.nodes[0] if owner.nodes else None, directive)
    parts: tuple[FieldUse | InputUse | ValueUse, ...] = (
        *subject.fields,
        *subject.arguments,
        *subject.input_fields,
        *subject.values,
    )
    for use in parts:
        for directive in use.definition.directives:
            if not directive.inherited:
                yield Application(use.coordinate, use.definition.node, directive)
