"""The supergraph as data: the output of composition and the input of the planner; it can be printed and parsed.

It mirrors the join specification v0.5 (https://specs.apollo.dev/join/v0.5): each definition carries one join record
per subgraph that takes part in it. Type references and constant values are GraphQL text in its canonical print.
Subgraphs are named by their `join__Graph` enum value throughout (`Join*.graph`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import parse_const_value, value_from_ast_untyped


@dataclass(frozen=True, slots=True)
class SubgraphInfo:
    """One subgraph of the supergraph: its `join__Graph` enum value, name and URL."""

    graph: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class AppliedDirective:
    """A directive applied to an element, other than the join specification's: `@tag(name: "x")`.

    `arguments` holds (name, value as GraphQL text) in the order printed.
    """

    name: str
    arguments: tuple[tuple[str, str], ...] = ()

    def values(self) -> dict[str, Any]:
        """The arguments as Python values; an enum value is its name."""
        return {name: value_from_ast_untyped(parse_const_value(text)) for name, text in self.arguments}


@dataclass(frozen=True, slots=True)
class Link:
    """An applied schema `@link`: `imports` holds (name in the spec, local name), directives with their `@`."""

    url: str
    as_: str | None = None
    for_: str | None = None  # SECURITY or EXECUTION
    imports: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class JoinType:
    """`@join__type`: the type exists in `graph`; with `key`, it is an entity there by that field set."""

    graph: str
    key: str | None = None
    extension: bool = False
    resolvable: bool = True
    is_interface_object: bool = False


@dataclass(frozen=True, slots=True)
class JoinImplements:
    """`@join__implements`: in `graph` the type implements `interface`."""

    graph: str
    interface: str


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """`join__ContextArgument`: the argument is filled from a `@context` by `selection`, a field value selection."""

    context: str
    name: str
    type: str
    selection: str


@dataclass(frozen=True, slots=True)
class JoinField:
    """`@join__field`: the field in one subgraph; `graph` None means no subgraph.

    `type` is the field's type in that subgraph, if it differs from the supergraph's.
    """

    graph: str | None = None
    requires: str | None = None
    provides: str | None = None
    type: str | None = None
    external: bool = False
    override: str | None = None
    override_label: str | None = None
    used_overridden: bool = False
    context_arguments: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinUnionMember:
    """`@join__unionMember`: in `graph` the union has `member`."""

    graph: str
    member: str


@dataclass(frozen=True, slots=True)
class JoinEnumValue:
    """`@join__enumValue`: `graph` defines the value."""

    graph: str


@dataclass(frozen=True, slots=True)
class JoinDirective:
    """`@join__directive`: a directive of some subgraphs, carried through for the router to read."""

    graphs: tuple[str, ...]
    name: str
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class InputValue:
    """An argument, or a field of an input object (which alone has `joins`)."""

    name: str
    type: str
    default: str | None = None
    description: str | None = None
    directives: tuple[AppliedDirective, ...] = ()
    joins: tuple[JoinField, ...] = ()


@dataclass(slots=True, kw_only=True)
class Field:
    """A field of an object or interface. Without `joins`, it is in every subgraph of its type."""

    name: str
    type: str
    arguments: dict[str, InputValue] = field(default_factory=dict)
    description: str | None = None
    directives: tuple[AppliedDirective, ...] = ()
    joins: tuple[JoinField, ...] = ()
    join_directives: tuple[JoinDirective, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Type:
    name: str
    description: str | None = None
    directives: tuple[AppliedDirective, ...] = ()
    joins: tuple[JoinType, ...] = ()
    join_directives: tuple[JoinDirective, ...] = ()


@dataclass(slots=True, kw_only=True)
class ScalarType(_Type):
    """A custom scalar."""


@dataclass(slots=True, kw_only=True)
class ObjectType(_Type):
    """An object type; `implements` has one record per subgraph and interface."""

    fields: dict[str, Field] = field(default_factory=dict)
    implements: tuple[JoinImplements, ...] = ()

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the implemented interfaces, each once."""
        return tuple(dict.fromkeys(record.interface for record in self.implements))


@dataclass(slots=True, kw_only=True)
class InterfaceType(_Type):
    """An interface type; `implements` has one record per subgraph and interface."""

    fields: dict[str, Field] = field(default_factory=dict)
    implements: tuple[JoinImplements, ...] = ()

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the implemented interfaces, each once."""
        return tuple(dict.fromkeys(record.interface for record in self.implements))


@dataclass(slots=True, kw_only=True)
class UnionType(_Type):
    """A union; `members` has one record per subgraph and member."""

    members: tuple[JoinUnionMember, ...] = ()

    @property
    def member_names(self) -> tuple[str, ...]:
        """Names of the members, each once."""
        return tuple(dict.fromkeys(record.member for record in self.members))


@dataclass(slots=True, kw_only=True)
class EnumValue:
    """A value of an enum."""

    name: str
    description: str | None = None
    directives: tuple[AppliedDirective, ...] = ()
    joins: tuple[JoinEnumValue, ...] = ()


@dataclass(slots=True, kw_only=True)
class EnumType(_Type):
    """An enum."""

    values: dict[str, EnumValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class InputObjectType(_Type):
    """An input object."""

    fields: dict[str, InputValue] = field(default_factory=dict)


TypeDefinition = ScalarType | ObjectType | InterfaceType | UnionType | EnumType | InputObjectType


@dataclass(slots=True, kw_only=True)
class DirectiveDefinition:
    """A directive definition that the supergraph carries besides the specifications' own."""

    name: str
    arguments: dict[str, InputValue] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    repeatable: bool = False
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class Supergraph:
    """The whole supergraph, without the definitions that printing adds.

    `links` are the linked specifications besides link and join. `directive_definitions` and `types` leave out what the
    specifications known here (link, join, tag, inaccessible, cost, ...) define: `linked_specs.py` knows that.
    """

    subgraphs: dict[str, SubgraphInfo] = field(default_factory=dict)  # by join__Graph enum value
    types: dict[str, TypeDefinition] = field(default_factory=dict)
    directive_definitions: dict[str, DirectiveDefinition] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    schema_directives: tuple[AppliedDirective, ...] = ()
    join_directives: tuple[JoinDirective, ...] = ()
    description: str | None = None
    query: str = "Query"
    mutation: str | None = None
    subscription: str | None = None
