"""One subgraph's SDL with its syntax tree: finds the nodes that diagnostics are about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    Visitor,
    visit,
)

from hanse_schema.checks.edits import Lines
from hanse_schema.diagnostics import Location
from hanse_schema.subgraph.link import Links, read_links
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.subgraph.names import Names, resolve_names
from hanse_schema.subgraph.parse import parse_sdl
from hanse_schema.subgraph.report import Report

_COORDINATE = re.compile(r"(@?\w+)(?:\.(\w+))?(?:\((\w+):\))?")

TypeNode: TypeAlias = TypeDefinitionNode | TypeExtensionNode
FieldsNode: TypeAlias = (
    ObjectTypeDefinitionNode | ObjectTypeExtensionNode | InterfaceTypeDefinitionNode | InterfaceTypeExtensionNode
)
InputsNode: TypeAlias = InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode
ValuesNode: TypeAlias = EnumTypeDefinitionNode | EnumTypeExtensionNode
Member: TypeAlias = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
MembersNode: TypeAlias = FieldsNode | InputsNode | ValuesNode
OBJECTS = (ObjectTypeDefinitionNode, ObjectTypeExtensionNode)
INTERFACES = (InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode)
_N = TypeVar("_N", bound=Node)


@dataclass(frozen=True, slots=True)
class Coordinate:
    """The parts of a schema coordinate: `Type`, `Type.member`, `Type.field(argument:)`."""

    type: str
    member: str | None = None
    argument: str | None = None


def read_coordinate(text: str | None) -> Coordinate | None:
    """The parts of a coordinate; None for those of directives and for other texts."""
    found = _COORDINATE.fullmatch(text or "")
    if found is None or found[1].startswith("@"):
        return None
    return Coordinate(found[1], found[2], found[3])


class Document:
    """A subgraph's SDL. Without a syntax tree, it has no definitions."""

    def __init__(self, source: SubgraphSource) -> None:
        self.name = source.name
        self.text = source.sdl
        report = Report(source.name)
        tree = parse_sdl(source, report)
        self.definitions: tuple[DefinitionNode, ...] = tuple(tree.definitions) if tree is not None else ()
        self.links: Links = read_links(self.definitions, report)
        self.names: Names = resolve_names(self.links, self.definitions)
        self.newline = "\r\n" if "\r\n" in source.sdl else "\n"

    @cached_property
    def lines(self) -> Lines:
        """The lines of the SDL."""
        return Lines(self.text)

    @cached_property
    def root_names(self) -> dict[str, str]:
        """The names of the root types as written, by canonical name."""
        written = {"Query": "Query", "Mutation": "Mutation", "Subscription": "Subscription"}
        for node in self.definitions:
            if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
                for operation in node.operation_types or ():
                    written[operation.operation.value.capitalize()] = operation.type.name.value
        return written

    def at(self, location: Location, kind: type[_N]) -> _N | None:
        """The outermost node of that kind that starts at a location."""
        if not location.line:
            return None
        try:
            offset = self.lines.offset((location.line, location.column))
        except ValueError:
            return None
        return next((node for node in self._starts.get(offset, ()) if isinstance(node, kind)), None)

    @cached_property
    def _starts(self) -> dict[int, list[Node]]:
        collector = _Collector()
        for definition in self.definitions:
            visit(definition, collector)
        return collector.starts

    @cached_property
    def _types(self) -> dict[str, list[TypeNode]]:
        found: dict[str, list[TypeNode]] = defaultdict(list)
        for node in self.definitions:
            if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
                found[node.name.value].append(node)
        return found

    def types(self, name: str) -> list[TypeNode]:
        """The definitions and extensions of a type, by its canonical name."""
        return self._types.get(self.root_names.get(name, name), [])

    def all_types(self) -> Iterator[TypeNode]:
        """All definitions and extensions of types."""
        for nodes in self._types.values():
            yield from nodes

    def members(self, type_: str, member: str) -> list[tuple[MembersNode, Member]]:
        """The definitions of a field, an input field or an enum value, each with the node of its type."""
        return [
            (owner, node)
            for owner in self.types(type_)
            if isinstance(owner, MembersNode)
            for node in members_of(owner)
            if node.name.value == member
        ]

    @cached_property
    def _owners(self) -> dict[int, MembersNode]:
        nodes = (node for node in self.definitions if isinstance(node, MembersNode))
        return {id(member): owner for owner in nodes for member in members_of(owner)}

    def owner_of(self, member: Member) -> MembersNode | None:
        """The node of the type that a member is written in."""
        return self._owners.get(id(member))

    def values(self, coordinate: Coordinate) -> list[InputValueDefinitionNode]:
        """The definitions of an argument or of an input field."""
        if coordinate.member is None:
            return []
        found = [node for _, node in self.members(coordinate.type, coordinate.member)]
        if coordinate.argument is None:
            return [node for node in found if isinstance(node, InputValueDefinitionNode)]
        return [
            argument
            for node in found
            if isinstance(node, FieldDefinitionNode)
            for argument in node.arguments or ()
            if argument.name.value == coordinate.argument
        ]

    def directive_definition(self, name: str) -> DirectiveDefinitionNode | None:
        """The definition of a directive that the subgraph writes."""
        nodes = (node for node in self.definitions if isinstance(node, DirectiveDefinitionNode))
        return next((node for node in nodes if node.name.value == name), None)

    def directives_in_use(self) -> Iterator[str]:
        """The names of all directives applied to types, their members and arguments."""
        for owner in self.all_types():
            members = members_of(owner) if isinstance(owner, MembersNode) else ()
            arguments = (
                one for member in members if isinstance(member, FieldDefinitionNode) for one in member.arguments or ()
            )
            for node in (owner, *members, *arguments):
                yield from (directive.name.value for directive in directives_of(node))

    def applied(self, node: Node, canonical: str) -> list[DirectiveNode]:
        """The applications of a specification's directive on a node."""
        return [
            directive
            for directive in directives_of(node)
            if (spec := self.names.directives.get(directive.name.value)) is not None and spec.name == canonical
        ]

    def source_of(self, node: Node) -> str:
        """The text of a node."""
        return "" if node.loc is None else self.text[node.loc.start : node.loc.end]


def type_name(member: Member) -> str | None:
    """The named type of a field or an input value; None for an enum value."""
    if isinstance(member, EnumValueDefinitionNode):
        return None
    node: Node = member.type
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    return node.name.value if isinstance(node, NamedTypeNode) else None


class _Collector(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.starts: dict[int, list[Node]] = defaultdict(list)

    def enter(self, node: Node, *_: Any) -> None:
        if node.loc is not None:
            self.starts[node.loc.start].append(node)


def members_of(owner: MembersNode) -> tuple[Member, ...]:
    """The fields, input fields or values of a type's node."""
    found: tuple[Member, ...] | None = owner.values if isinstance(owner, ValuesNode) else owner.fields
    return found or ()


_Directed: TypeAlias = TypeDefinitionNode | TypeExtensionNode | Member | SchemaDefinitionNode | SchemaExtensionNode


def directives_of(node: Node) -> tuple[DirectiveNode, ...]:
    """The directives applied to a node."""
    return tuple(node.directives or ()) if isinstance(node, _Directed) else ()
