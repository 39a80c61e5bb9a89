"""The elements of an SDL by their place: what a suppression comment covers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
)


@dataclass(frozen=True, slots=True)
class Element:
    """A definition in the SDL, from its description to its end, and the start of the one around it."""

    start: int
    end: int
    parent: int | None


class Elements:
    """The definitions of a document, and the fields, arguments and enum values in them, by where they start."""

    def __init__(self, document: DocumentNode) -> None:
        self._by_start: dict[int, Element] = {}
        for node in document.definitions:
            self._add(node, None)
        self._starts = sorted(self._by_start)

    def at(self, start: int) -> Element | None:
        """The element that starts at an offset."""
        return self._by_start.get(start)

    def around(self, start: int, end: int) -> Element | None:
        """The innermost element that has the whole range; None outside of elements."""
        position = bisect_right(self._starts, start) - 1
        element = self._by_start[self._starts[position]] if position >= 0 else None
        while element is not None and element.end < end:
            element = None if element.parent is None else self._by_start[element.parent]
        return element

    def chain(self, node: Node | None) -> Iterator[int]:
        """The start of a node's element, and of each element around it, outwards."""
        element = None
        if node is not None and node.loc is not None:
            element = self.at(node.loc.start) or self.around(node.loc.start, node.loc.end)
        while element is not None:
            yield element.start
            element = None if element.parent is None else self._by_start[element.parent]

    def _add(self, node: Node, parent: int | None) -> None:
        if node.loc is None:
            return
        start = node.loc.start
        self._by_start[start] = Element(start, node.loc.end, parent)
        for part in _parts(node):
            self._add(part, start)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case (
            ObjectTypeDefinitionNode()
            | ObjectTypeExtensionNode()
            | InterfaceTypeDefinitionNode()
            | InterfaceTypeExtensionNode()
            | InputObjectTypeDefinitionNode()
            | InputObjectTypeExtensionNode()
        ):
            return tuple(node.fields or ())
        case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
            return tuple(node.values or ())
        case FieldDefinitionNode() | DirectiveDefinitionNode():
            return tuple(node.arguments or ())
        case _:
            return ()
