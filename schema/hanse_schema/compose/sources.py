"""The grouped subgraphs: for each type and field, its definitions in the subgraphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from graphql import Node

from hanse_schema.diagnostics import Location
from hanse_schema.subgraph.model import FieldDef, Kind, SubgraphSchema, TypeDef

D = TypeVar("D")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One subgraph of the composition, with its `join__Graph` enum value."""

    graph: str
    schema: SubgraphSchema

    @property
    def name(self) -> str:
        """The subgraph's own name."""
        return self.schema.name

    def location(self, node: Node | None) -> Location:
        """The location of a node in the subgraph's SDL."""
        return self.schema.location(node)


@dataclass(frozen=True, slots=True, eq=False)
class Source(Generic[D]):
    """One subgraph's definition of an element."""

    part: Part
    definition: D


Sources = list[Source[D]]


@dataclass(frozen=True, slots=True, eq=False)
class FieldSource:
    """One subgraph's definition of a field of an object or interface."""

    part: Part
    owner: TypeDef
    definition: FieldDef
    external: bool = False

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return f"{self.owner.name}.{self.definition.name}"


@dataclass(slots=True)
class FieldGroup:
    """A field of an object or interface with all its definitions.

    `abstracted` holds the fields of interface objects that represent this field of an object.
    `overridden` holds the graphs whose definition another subgraph overrides, `migrating` those that are
    being migrated, with the label that switches them.
    """

    owner: TypeGroup
    name: str
    sources: list[FieldSource] = field(default_factory=list)
    abstracted: list[FieldSource] = field(default_factory=list)
    overridden: set[str] = field(default_factory=set)
    migrating: dict[str, str] = field(default_factory=dict)

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return f"{self.owner.name}.{self.name}"

    @property
    def resolvers(self) -> list[FieldSource]:
        """The definitions that are not external."""
        return [source for source in self.sources if not source.external]


@dataclass(slots=True)
class TypeGroup:
    """A type with all its definitions; `fields` is filled for objects and interfaces."""

    name: str
    kind: Kind
    sources: Sources[TypeDef] = field(default_factory=list)
    fields: dict[str, FieldGroup] = field(default_factory=dict)

    @property
    def is_interface_object(self) -> bool:
        """Whether some subgraph has the interface as an object."""
        return self.kind is Kind.INTERFACE and any(s.definition.kind is Kind.OBJECT for s in self.sources)


def nodes_of(source: FieldSource | Source[D]) -> Iterator[Node]:
    """The nodes for locations of a definition: all of a type, the single one of other elements."""
    definition = source.definition
    if isinstance(definition, TypeDef):
        yield from definition.nodes
        return
    node = getattr(definition, "node", None)
    if node is not None:
        yield node
