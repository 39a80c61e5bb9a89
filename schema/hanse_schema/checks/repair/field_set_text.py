"""The texts of `@key(fields:)`, `@requires(fields:)` and `@provides(fields:)`, and edits of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    parse,
)

from hanse_schema.checks.repair.document import Document, FieldsNode, type_name
from hanse_schema.checks.repair.editing import Edits, argument_of, remove, replace
from hanse_schema.subgraph.field_set import FieldSetError, parse_field_set

_MAX_LENGTH = 10_000  # characters of a field set that is edited


@dataclass(frozen=True, slots=True)
class Selected:
    """One selected field of a field set: the type it is selected on, and its node."""

    owner: str
    node: FieldNode


@dataclass(frozen=True, slots=True)
class FieldSetText:
    """The text of a field set in one directive, with its syntax tree. Nodes' locations are offsets in `text`."""

    directive: DirectiveNode
    value: Node
    text: str
    selections: SelectionSetNode

    def fields(self, document: Document, type_: str) -> Iterator[Selected]:
        """All selected fields, outer ones first; fields below an unknown one are left out."""
        yield from _selected(document, type_, self.selections)

    def edited(self, document: Document, node: Node, text: str) -> Edits:
        """The edit that replaces a part of the field set; one that leaves it empty removes the directive."""
        if node.loc is None:
            return ()
        parts = f"{self.text[: node.loc.start]}{text}{self.text[node.loc.end :]}"
        written = " ".join(parts[1:-1].split())
        if not written:
            return (remove(document, self.directive),)
        return (replace(document, self.value, f'"{written}"'),)


def field_set_text(directive: DirectiveNode) -> FieldSetText | None:
    """The field set of a directive; None if it has none that can be read, or its text has escapes."""
    argument = argument_of(directive, "fields")
    if argument is None or not isinstance(argument.value, StringValueNode):
        return None
    given = argument.value.value.strip()
    if len(given) > _MAX_LENGTH or "\\" in given or '"' in given:
        return None
    text = given if given.startswith("{") else f"{{{given}}}"
    try:
        parse_field_set(text)
        (operation,) = parse(text).definitions
    except (FieldSetError, GraphQLSyntaxError, ValueError):
        return None
    if not isinstance(operation, OperationDefinitionNode):
        return None
    return FieldSetText(directive, argument.value, text, operation.selection_set)


def key_texts(document: Document, type_: str) -> list[tuple[DirectiveNode, str]]:
    """The `@key` directives of a type with their texts."""
    found = []
    for node in document.types(type_):
        for directive in document.applied(node, "key"):
            argument = argument_of(directive, "fields")
            if argument is not None and isinstance(argument.value, StringValueNode):
                found.append((directive, " ".join(argument.value.value.split())))
    return found


def key_fields(document: Document, type_: str) -> set[str]:
    """The fields that the keys of a type select on the type itself."""
    found: set[str] = set()
    for _, text in key_texts(document, type_):
        found.update(outer_fields(text))
    return found


def outer_fields(text: str) -> set[str]:
    """The fields that a field set selects on the type itself; none if it is invalid."""
    try:
        return {selection.field for selection in parse_field_set(text) if selection.field is not None}
    except FieldSetError:
        return set()


def without_field(document: Document, directive: DirectiveNode, name: str) -> Edits:
    """The edit that takes the first selection of a field out of a field set, with what is empty then."""
    found = field_set_text(directive)
    if found is None:
        return ()
    node = _to_remove(found.selections, lambda selected: selected.name.value == name)
    return () if node is None else found.edited(document, node, "")


def _to_remove(selections: SelectionSetNode, matches: Callable[[FieldNode], bool]) -> Node | None:
    """The largest node that only holds the first matching field."""
    for node in selections.selections:
        if isinstance(node, FieldNode) and matches(node):
            return node
        inner = node.selection_set if isinstance(node, FieldNode | InlineFragmentNode) else None
        found = _to_remove(inner, matches) if inner is not None else None
        if inner is not None and found is not None:
            return node if len(inner.selections) == 1 else found
    return None


def _selected(document: Document, type_: str, selections: SelectionSetNode) -> Iterator[Selected]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield Selected(type_, node)
            definitions = document.members(type_, node.name.value)
            target = type_name(definitions[0][1]) if definitions else None
            if target is not None and node.selection_set is not None:
                yield from _selected(document, target, node.selection_set)
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition is not None else type_
            yield from _selected(document, condition, node.selection_set)


def field_names(document: Document, type_: str) -> list[str]:
    """The names of the fields of a type in a subgraph."""
    return [
        field.name.value
        for owner in document.types(type_)
        if isinstance(owner, FieldsNode)
        for field in owner.fields or ()
    ]
