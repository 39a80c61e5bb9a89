"""Where the elements of a schema are defined in a text of SDL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    parse,
)

Position = tuple[int, int]  # line and column, counted from 1
_WITH_FIELDS = (
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
)


def definitions(sdl: str) -> dict[str, Position]:
    """The position of each element by its schema coordinate; empty where the text is not SDL.

    An element that is defined several times, such as a type with extensions, is at its first definition.
    """
    document = _parsed(sdl)
    if document is None:
        return {}
    found: dict[str, Position] = {}
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode):
            _add(found, f"@{node.name.value}", node.name)
            for argument in node.arguments or ():
                _add(found, f"@{node.name.value}({argument.name.value}:)", argument.name)
        elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            _add(found, node.name.value, node.name)
            for coordinate, name in _members(node):
                _add(found, f"{node.name.value}.{coordinate}", name)
    return found


def is_sdl(text: str) -> bool:
    """Whether a text has no syntax errors."""
    return _parsed(text) is not None


def position_of(coordinate: str, known: Mapping[str, Position]) -> Position | None:
    """The position of an element, or of the nearest one around it that is defined; None if there is none."""
    candidates = [coordinate, coordinate.partition("(")[0], coordinate.partition(".")[0]]
    return next((known[candidate] for candidate in candidates if candidate in known), None)


def _parsed(text: str) -> DocumentNode | None:
    try:
        return parse(text)
    except (GraphQLSyntaxError, RecursionError):
        return None


def _members(node: TypeDefinitionNode | TypeExtensionNode) -> Iterator[tuple[str, NameNode]]:
    if isinstance(node, EnumTypeDefinitionNode | EnumTypeExtensionNode):
        yield from ((value.name.value, value.name) for value in node.values or ())
    elif isinstance(node, _WITH_FIELDS):
        for field in node.fields or ():
            yield field.name.value, field.name
            yield from _arguments(field)


def _arguments(field: FieldDefinitionNode | InputValueDefinitionNode) -> Iterator[tuple[str, NameNode]]:
    if isinstance(field, FieldDefinitionNode):
        for argument in field.arguments or ():
            yield f"{field.name.value}({argument.name.value}:)", argument.name


def _add(found: dict[str, Position], coordinate: str, name: NameNode) -> None:
    if name.loc is not None:
        found.setdefault(coordinate, (name.loc.start_token.line, name.loc.start_token.column))
