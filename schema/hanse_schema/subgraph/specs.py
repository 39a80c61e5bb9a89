"""The specifications that a subgraph can link, and the directives that each Federation version defines.

Facts of https://specs.apollo.dev/federation, written as SDL with the types' names as in the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graphql import DirectiveDefinitionNode, DocumentNode, parse

from hanse_schema.subgraph.values import type_text, value_text

APOLLO = "https://specs.apollo.dev"
FEDERATION = f"{APOLLO}/federation"
LINK = f"{APOLLO}/link"
CORE = f"{APOLLO}/core"
CONNECT = f"{APOLLO}/connect"
TAG = f"{APOLLO}/tag"
INACCESSIBLE = f"{APOLLO}/inaccessible"

LATEST = (2, 14)

Version = tuple[int, int]

_TAG_LOCATIONS = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT "
    "| INPUT_FIELD_DEFINITION"
)
_ACCESS_LOCATIONS = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

# (first minor version with this definition, its SDL); a later entry of the same name replaces the earlier one.
_FEDERATION_2 = (
    (0, "directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"),
    (0, "directive @requires(fields: FieldSet!) on FIELD_DEFINITION"),
    (0, "directive @provides(fields: FieldSet!) on FIELD_DEFINITION"),
    (0, "directive @external(reason: String) on OBJECT | FIELD_DEFINITION"),
    (0, "directive @extends on OBJECT | INTERFACE"),
    (0, "directive @override(from: String!) on FIELD_DEFINITION"),
    (0, "directive @shareable on OBJECT | FIELD_DEFINITION"),
    (0, f"directive @tag(name: String!) repeatable on {_TAG_LOCATIONS}"),
    (0, f"directive @inaccessible on {_TAG_LOCATIONS}"),
    (1, "directive @composeDirective(name: String) repeatable on SCHEMA"),
    (2, "directive @shareable repeatable on OBJECT | FIELD_DEFINITION"),
    (3, "directive @interfaceObject on OBJECT"),
    (3, f"directive @tag(name: String!) repeatable on {_TAG_LOCATIONS} | SCHEMA"),
    (5, f"directive @authenticated on {_ACCESS_LOCATIONS}"),
    (5, f"directive @requiresScopes(scopes: [[Scope!]!]!) on {_ACCESS_LOCATIONS}"),
    (6, f"directive @policy(policies: [[Policy!]!]!) on {_ACCESS_LOCATIONS}"),
    (7, "directive @override(from: String!, label: String) on FIELD_DEFINITION"),
    (8, "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION"),
    (8, "directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION"),
    (
        9,
        "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION "
        "| OBJECT | SCALAR",
    ),
    (
        9,
        "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
        "requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    ),
    (12, "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION"),
)
_FEDERATION_2_TYPES = ((0, "FieldSet"), (5, "Scope"), (6, "Policy"), (8, "ContextFieldValue"))

_FEDERATION_1 = (
    "directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
    "directive @requires(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @provides(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @external(reason: String) on OBJECT | FIELD_DEFINITION",
    "directive @extends on OBJECT | INTERFACE",
    f"directive @tag(name: String!) repeatable on {_TAG_LOCATIONS}",
)

LINK_DIRECTIVE = "directive @link(url: String, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA"
PURPOSES = frozenset({"SECURITY", "EXECUTION"})  # values of the enum Purpose
BUILT_IN = (
    'directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION '
    "| INPUT_FIELD_DEFINITION | ENUM_VALUE",
    "directive @specifiedBy(url: String!) on SCALAR",
    "directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT",
    "directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT",
)
BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})

# Directives that composition carries into the supergraph under a specification of their own.
OWN_SPEC = {
    "tag": "tag",
    "inaccessible": "inaccessible",
    "authenticated": "authenticated",
    "requiresScopes": "requiresScopes",
    "policy": "policy",
    "context": "context",
    "fromContext": "context",
    "cost": "cost",
    "listSize": "cost",
    "cacheTag": "cacheTag",
}
# The same specifications linked directly, each with what it defines.
DIRECT_SPECS = {
    f"{APOLLO}/tag": ("tag",),
    f"{APOLLO}/inaccessible": ("inaccessible",),
    f"{APOLLO}/authenticated": ("authenticated",),
    f"{APOLLO}/requiresScopes": ("requiresScopes",),
    f"{APOLLO}/policy": ("policy",),
    f"{APOLLO}/cost": ("cost", "listSize"),
}


@dataclass(frozen=True, slots=True)
class SpecArgument:
    """An argument of a specification's directive; `type` names types as the specification does."""

    name: str
    type: str
    default: str | None

    @property
    def is_required(self) -> bool:
        """Whether an application must give the argument."""
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class SpecDirective:
    """A directive as its specification defines it."""

    name: str
    arguments: dict[str, SpecArgument]
    locations: frozenset[str]
    repeatable: bool

    @property
    def spec(self) -> str:
        """The specification of the directive, as composition uses it."""
        return OWN_SPEC.get(self.name, "federation")


@cache
def federation_directives(version: Version) -> dict[str, SpecDirective]:
    """The directives of one Federation version, by name; (1, 0) stands for Federation 1."""
    if version[0] == 1:
        return {directive.name: directive for directive in map(spec_directive, _FEDERATION_1)}
    texts = (text for minor, text in _FEDERATION_2 if minor <= version[1])
    return {directive.name: directive for directive in map(spec_directive, texts)}


@cache
def federation_types(version: Version) -> frozenset[str]:
    """The names of the types that one Federation version defines."""
    if version[0] == 1:
        return frozenset({"_FieldSet"})
    return frozenset(name for minor, name in _FEDERATION_2_TYPES if minor <= version[1])


@cache
def built_in_directives() -> dict[str, SpecDirective]:
    """The directives of GraphQL itself, by name."""
    return {directive.name: directive for directive in map(spec_directive, BUILT_IN)}


def link_directive() -> SpecDirective:
    """The directive `@link` itself."""
    return spec_directive(LINK_DIRECTIVE)


@cache
def spec_directive(text: str) -> SpecDirective:
    """The directive that one SDL definition describes."""
    document: DocumentNode = parse(text, no_location=True)
    (node,) = document.definitions
    assert isinstance(node, DirectiveDefinitionNode)
    return read_directive(node)


def read_directive(node: DirectiveDefinitionNode) -> SpecDirective:
    """A directive's definition as data."""
    return SpecDirective(
        name=node.name.value,
        arguments={
            argument.name.value: SpecArgument(
                argument.name.value,
                type_text(argument.type, {}),
                value_text(argument.default_value) if argument.default_value else None,
            )
            for argument in node.arguments or ()
        },
        locations=frozenset(location.value for location in node.locations),
        repeatable=node.repeatable,
    )
