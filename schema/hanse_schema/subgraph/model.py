"""One subgraph's schema as data: the output of ingestion and the input of composition.

Names are canonical: root types are called Query, Mutation and Subscription; federation directives have
their specification's name without namespace or rename (`key`, not `federation__key`); Federation 1 schemas are
upgraded; type extensions are folded into their types. Every element keeps the AST node it came from, for its location.
Type references and constant values are GraphQL text in its canonical print.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from graphql import Node

from hanse_schema.diagnostics import Location
from hanse_schema.subgraph.values import unquote


@dataclass(frozen=True, slots=True)
class SubgraphSource:
    """The input of composition: a subgraph's name, its URL for the router, and its SDL."""

    name: str
    sdl: str
    url: str = ""


class Kind(Enum):
    """The kind of a type definition."""

    SCALAR = "scalar"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT_OBJECT = "input object"


@dataclass(slots=True, kw_only=True)
class Applied:
    """A directive applied to an element.

    `spec` is its specification: `federation`, `tag`, `inaccessible`, `cost`, ... for linked specifications' directives
    under their canonical name, None for built-in and the subgraph's own. `arguments` holds values as GraphQL text.
    `inherited` marks an `@external` or `@shareable` that a field has from its type, whose own list is without it.
    """

    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    spec: str | None = None
    node: Node | None = None
    on_extension: bool = False
    inherited: bool = False


@dataclass(slots=True, kw_only=True)
class InputValueDef:
    """An argument, or a field of an input object."""

    name: str
    type: str
    default: str | None = None
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    node: Node | None = None


@dataclass(slots=True, kw_only=True)
class FieldDef:
    """A field of an object or interface."""

    name: str
    type: str
    arguments: dict[str, InputValueDef] = field(default_factory=dict)
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    node: Node | None = None


@dataclass(slots=True, kw_only=True)
class EnumValueDef:
    """A value of an enum."""

    name: str
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    node: Node | None = None


@dataclass(slots=True, kw_only=True)
class TypeDef:
    """A type of one subgraph; only the parts of its kind are filled.

    `nodes` holds its definition and extensions, the definition first; `is_extension` is true when there are only
    extensions (or `@extends`).
    """

    name: str
    kind: Kind
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    fields: dict[str, FieldDef] = field(default_factory=dict)  # objects and interfaces
    input_fields: dict[str, InputValueDef] = field(default_factory=dict)  # input objects
    interfaces: dict[str, Node | None] = field(default_factory=dict)  # implemented, by name
    members: dict[str, Node | None] = field(default_factory=dict)  # of a union, by name
    values: dict[str, EnumValueDef] = field(default_factory=dict)  # of an enum
    nodes: list[Node] = field(default_factory=list)
    is_extension: bool = False


@dataclass(slots=True, kw_only=True)
class DirectiveDef:
    """A directive definition of the subgraph's own."""

    name: str
    arguments: dict[str, InputValueDef] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    repeatable: bool = False
    description: str | None = None
    node: Node | None = None


@dataclass(slots=True, kw_only=True)
class LinkDef:
    """An applied `@link`: `identity` is the URL without the version; `imports` maps spec name to local name."""

    url: str
    identity: str
    name: str
    version: tuple[int, int] | None
    as_: str | None = None
    for_: str | None = None
    imports: dict[str, str] = field(default_factory=dict)
    node: Node | None = None


@dataclass(slots=True, kw_only=True)
class SubgraphSchema:
    """One subgraph, ingested."""

    name: str
    url: str
    federation_version: tuple[int, int]  # (1, 0) for Federation 1, else (2, minor)
    types: dict[str, TypeDef] = field(default_factory=dict)
    directive_definitions: dict[str, DirectiveDef] = field(default_factory=dict)
    links: list[LinkDef] = field(default_factory=list)
    schema_directives: list[Applied] = field(default_factory=list)
    root_names: dict[str, str] = field(default_factory=dict)  # canonical -> as written: {"Query": "RootQuery"}
    description: str | None = None

    def location(self, node: Node | None) -> Location:
        """The place of a node in this subgraph's SDL."""
        if node is None or node.loc is None:
            return Location(self.name)
        return Location(self.name, node.loc.start_token.line, node.loc.start_token.column)


def applied(directives: list[Applied], name: str) -> list[Applied]:
    """The applications of the specification's directive with that canonical name, in order."""
    return [directive for directive in directives if directive.name == name and directive.spec is not None]


def has(directives: list[Applied], name: str) -> bool:
    """Whether the specification's directive with that canonical name is applied at least once."""
    return any(directive.name == name and directive.spec is not None for directive in directives)


def string_argument(directive: Applied, name: str) -> str | None:
    """The argument's value where it is a string, decoded; else None."""
    text = directive.arguments.get(name)
    return unquote(text) if text is not None else None
