"""The descriptions of elements: whether one is missing, and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DirectiveDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    Node,
    StringValueNode,
    TypeDefinitionNode,
)

from hanse_schema.checks.lint.rule import Problem
from hanse_schema.checks.lint.subject import LintSubject

_DESCRIBED = (
    TypeDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    EnumValueDefinitionNode,
    DirectiveDefinitionNode,
)


@dataclass(frozen=True, slots=True)
class Described:
    """An element that can have a description, with the description if it has one."""

    coordinate: str
    element: Node
    description: StringValueNode | None


def described(subject: LintSubject) -> Iterator[Described]:
    """All elements of the SDL that can have a description."""
    for owner in subject.types.values():
        for node in owner.nodes:
            yield from _of(owner.name, node)
    for use in subject.fields:
        yield from _of(use.coordinate, use.definition.node)
    for inputs in (subject.arguments, subject.input_fields, subject.directive_arguments):
        for argument in inputs:
            yield from _of(argument.coordinate, argument.definition.node)
    for value in subject.values:
        yield from _of(value.coordinate, value.definition.node)
    for directive in subject.directives:
        yield from _of(f"@{directive.name}", directive.node)


def missing(coordinate: str, what: str, description: str | None, element: Node | None) -> Iterator[Problem]:
    """The problem of an element without a description. `what` is its kind."""
    if not (description or "").strip():
        yield Problem(coordinate, element, f"The {what} `{coordinate}` has no description: say what it is.")


def _of(coordinate: str, node: Node | None) -> Iterator[Described]:
    if isinstance(node, _DESCRIBED):
        yield Described(coordinate, node, node.description)
