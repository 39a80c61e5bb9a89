"""Converts the SDL's syntax tree into a SubgraphSchema in one pass: names are canonical, extensions folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.link import Links
from hanse_schema.subgraph.model import (
    Applied,
    DirectiveDef,
    EnumValueDef,
    FieldDef,
    InputValueDef,
    Kind,
    SubgraphSchema,
    SubgraphSource,
    TypeDef,
    has,
)
from hanse_schema.subgraph.names import PROTOCOL_FIELDS, Names
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.values import type_text, value_text

INVALID = "INVALID_GRAPHQL"

_KINDS: dict[type[DefinitionNode], tuple[Kind, bool]] = {
    ScalarTypeDefinitionNode: (Kind.SCALAR, False),
    ScalarTypeExtensionNode: (Kind.SCALAR, True),
    ObjectTypeDefinitionNode: (Kind.OBJECT, False),
    ObjectTypeExtensionNode: (Kind.OBJECT, True),
    InterfaceTypeDefinitionNode: (Kind.INTERFACE, False),
    InterfaceTypeExtensionNode: (Kind.INTERFACE, True),
    UnionTypeDefinitionNode: (Kind.UNION, False),
    UnionTypeExtensionNode: (Kind.UNION, True),
    EnumTypeDefinitionNode: (Kind.ENUM, False),
    EnumTypeExtensionNode: (Kind.ENUM, True),
    InputObjectTypeDefinitionNode: (Kind.INPUT_OBJECT, False),
    InputObjectTypeExtensionNode: (Kind.INPUT_OBJECT, True),
}
_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


@dataclass(slots=True)
class _Builder:
    """The state of the pass over one document."""

    names: Names
    report: Report
    out: SubgraphSchema
    renames: dict[str, str] = field(default_factory=dict)  # root types: as written -> canonical
    external: list[tuple[TypeDef, Applied]] = field(default_factory=list)  # applied to types
    clashes: dict[str, RootClash] = field(default_factory=dict)  # by canonical name
    shadowed: dict[str, TypeDef] = field(default_factory=dict)  # types whose names clash with a root


@dataclass(frozen=True, slots=True)
class RootClash:
    """A type named `canonical` that is not the root type of that name; the root type is `root`."""

    canonical: str
    root: str
    node: Node
    root_node: Node


@dataclass(frozen=True, slots=True)
class Built:
    """A subgraph's schema, without the types of the clashes; those are `shadowed`."""

    model: SubgraphSchema
    root_clashes: tuple[RootClash, ...] = ()
    shadowed: tuple[TypeDef, ...] = ()

    @property
    def whole(self) -> SubgraphSchema:
        """The schema with all written types, for validation; clashing ones are under no name."""
        if not self.shadowed:
            return self.model
        others = {f"({owner.name})": owner for owner in self.shadowed}
        return replace(self.model, types=self.model.types | others)


def build(source: SubgraphSource, document: DocumentNode, links: Links, names: Names, report: Report) -> Built:
    """Build the model of a parsed SDL. Duplicates and conflicting kinds are reported; the first definition is kept."""
    out = SubgraphSchema(name=source.name, url=source.url, federation_version=links.federation, links=links.links)
    builder = _Builder(names, report, out)
    _roots(builder, document.definitions)
    # Definitions come before extensions, whatever their order in the file.
    extensions: list[DefinitionNode] = []
    for node in document.definitions:
        known = _KINDS.get(type(node))
        if known is not None:
            if known[1]:
                extensions.append(node)
            else:
                _type(builder, node, known[0], is_extension=False)
        elif isinstance(node, DirectiveDefinitionNode):
            _directive_definition(builder, node)
        elif isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            _schema(builder, node)
    for node in extensions:
        _type(builder, node, _KINDS[type(node)][0], is_extension=True)
    _finish(builder)
    return Built(out, tuple(builder.clashes.values()), tuple(builder.shadowed.values()))


def _roots(builder: _Builder, definitions: Iterable[DefinitionNode]) -> None:
    """Find the root types' names, which every type reference needs."""
    written: dict[str, str] = {}
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            for operation in node.operation_types or ():
                canonical = _ROOTS[operation.operation.value]
                if canonical in written:
                    builder.report.error(
                        INVALID, f"The {operation.operation.value} root is given twice: keep one.", operation
                    )
                else:
                    written[canonical] = operation.type.name.value
    names = {
        node.name.value: node
        for node in definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
    }
    if not any(isinstance(node, SchemaDefinitionNode) for node in definitions):
        for canonical in _ROOTS.values():
            if canonical in names and canonical not in written:
                written[canonical] = canonical
    builder.out.root_names = written
    builder.renames = {name: canonical for canonical, name in written.items() if name != canonical}
    for name, canonical in builder.renames.items():
        if canonical in names and name in names:
            builder.clashes[canonical] = RootClash(canonical, name, names[canonical], names[name])


def _schema(builder: _Builder, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
    description = getattr(node, "description", None)
    if description is not None:
        builder.out.description = description.value
    for applied in _applied(builder, node.directives, on_extension=isinstance(node, SchemaExtensionNode)):
        if applied.spec != "link":
            builder.out.schema_directives.append(applied)


def _type(builder: _Builder, node: DefinitionNode, kind: Kind, *, is_extension: bool) -> None:
    written: str = node.name.value  # type: ignore[attr-defined]
    if written in specs.BUILT_IN_SCALARS:
        if is_extension or kind is not Kind.SCALAR:
            builder.report.error(INVALID, f"`{written}` is a scalar of GraphQL itself: choose another name.", node)
        return
    if builder.names.is_spec_type(written):
        return
    types = builder.shadowed if written in builder.clashes else builder.out.types
    name = builder.renames.get(written, written)
    known = types.get(name)
    if known is None:
        known = types[name] = TypeDef(name=name, kind=kind, is_extension=is_extension)
    elif known.kind is not kind:
        builder.report.error(
            INVALID,
            f"`{written}` is both {known.kind.value} and {kind.value}: one name stands for one type.",
            node,
            *known.nodes[:1],
            coordinate=written,
        )
        return
    elif not is_extension:
        builder.report.error(
            INVALID,
            f"There are two definitions of `{written}`: merge them, or make one of them `extend`.",
            node,
            *known.nodes[:1],
            coordinate=written,
        )
        return
    known.nodes.append(node)
    known.description = known.description or _description(node)
    directives = _applied(builder, node.directives, on_extension=is_extension)  # type: ignore[attr-defined]
    before = len(known.fields)
    _PARTS[kind](builder, known, node)
    known.directives.extend(_passed_down(builder, directives, known, list(known.fields.values())[before:]))


def _passed_down(builder: _Builder, directives: list[Applied], owner: TypeDef, fields: list[FieldDef]) -> list[Applied]:
    """Pass `@shareable` of one declaration to its fields; returns what stays on the type, `@external` until the end."""
    stay = []
    for directive in directives:
        if directive.spec is None or directive.name not in ("external", "shareable"):
            stay.append(directive)
        elif directive.name == "shareable":
            _give(directive, fields)
        elif builder.out.federation_version != (1, 0):  # where `@external` on types was without effect
            builder.external.append((owner, directive))
    return stay


def _give(directive: Applied, fields: Iterable[FieldDef]) -> None:
    for field_def in fields:
        if not has(field_def.directives, directive.name):
            field_def.directives.append(replace(directive, inherited=True))


def _fields(builder: _Builder, owner: TypeDef, node: DefinitionNode) -> None:
    assert isinstance(
        node,
        ObjectTypeDefinitionNode | ObjectTypeExtensionNode | InterfaceTypeDefinitionNode | InterfaceTypeExtensionNode,
    )
    for interface in node.interfaces or ():
        _member(builder, owner, owner.interfaces, interface, "implements")
    fields = owner.fields
    renames = builder.renames
    for field_node in node.fields or ():
        name = field_node.name.value
        if name in PROTOCOL_FIELDS and owner.name == "Query":
            continue
        if name in fields:
            builder.report.error(
                INVALID,
                f"`{owner.name}.{name}` is defined twice.",
                field_node,
                fields[name].node,
                coordinate=f"{owner.name}.{name}",
            )
            continue
        fields[name] = FieldDef(
            name=name,
            type=type_text(field_node.type, renames),
            arguments=_input_values(builder, field_node.arguments, f"{owner.name}.{name}"),
            description=_description(field_node),
            directives=_applied(builder, field_node.directives),
            node=field_node,
        )


def _input_fields(builder: _Builder, owner: TypeDef, node: DefinitionNode) -> None:
    assert isinstance(node, InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode)
    _input_values(builder, node.fields, owner.name, owner.input_fields)


def _members(builder: _Builder, owner: TypeDef, node: DefinitionNode) -> None:
    assert isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode)
    for member in node.types or ():
        _member(builder, owner, owner.members, member, "includes")


def _member(builder: _Builder, owner: TypeDef, into: dict[str, Node | None], node: NamedTypeNode, verb: str) -> None:
    name = builder.renames.get(node.name.value, node.name.value)
    if name in into:
        builder.report.error(INVALID, f"`{owner.name}` {verb} `{name}` twice.", node, coordinate=owner.name)
    else:
        into[name] = node


def _values(builder: _Builder, owner: TypeDef, node: DefinitionNode) -> None:
    assert isinstance(node, EnumTypeDefinitionNode | EnumTypeExtensionNode)
    for value in node.values or ():
        name = value.name.value
        if name in owner.values:
            continue  # duplicates are accepted, as by the reference
        owner.values[name] = EnumValueDef(
            name=name, description=_description(value), directives=_applied(builder, value.directives), node=value
        )


def _no_parts(builder: _Builder, owner: TypeDef, node: DefinitionNode) -> None:
    """A scalar has no parts."""


_PARTS = {
    Kind.SCALAR: _no_parts,
    Kind.OBJECT: _fields,
    Kind.INTERFACE: _fields,
    Kind.UNION: _members,
    Kind.ENUM: _values,
    Kind.INPUT_OBJECT: _input_fields,
}


def _input_values(
    builder: _Builder,
    nodes: Iterable[InputValueDefinitionNode] | None,
    owner: str,
    into: dict[str, InputValueDef] | None = None,
) -> dict[str, InputValueDef]:
    """Read arguments, or input fields into their dict; `owner` is the coordinate of what has them."""
    is_input_object = into is not None
    into = {} if into is None else into
    for node in nodes or ():
        name = node.name.value
        if name in into:
            if is_input_object:  # the first of duplicate arguments counts, as in the reference
                builder.report.error(
                    INVALID, f"`{owner}` has `{name}` twice.", node, into[name].node, coordinate=f"{owner}.{name}"
                )
            continue
        into[name] = InputValueDef(
            name=name,
            type=type_text(node.type, builder.renames),
            default=value_text(node.default_value) if node.default_value else None,
            description=_description(node),
            directives=_applied(builder, node.directives),
            node=node,
        )
    return into


def _applied(builder: _Builder, nodes: Iterable[DirectiveNode] | None, *, on_extension: bool = False) -> list[Applied]:
    if not nodes:
        return []
    found = []
    names = builder.names
    for node in nodes:
        written = node.name.value
        spec = names.directives.get(written)
        found.append(
            Applied(
                name=spec.name if spec else written,
                arguments={a.name.value: value_text(a.value) for a in node.arguments} if node.arguments else {},
                spec=spec.spec if spec else ("link" if written == names.link else None),
                node=node,
                on_extension=on_extension,
            )
        )
    return found


def _directive_definition(builder: _Builder, node: DirectiveDefinitionNode) -> None:
    name = node.name.value
    if name in builder.names.directives or name == builder.names.link or name in specs.built_in_directives():
        return
    known = builder.out.directive_definitions.get(name)
    if known is not None:
        builder.report.error(
            INVALID, f"There are two definitions of `@{name}`: keep one.", node, known.node, coordinate=f"@{name}"
        )
        return
    builder.out.directive_definitions[name] = DirectiveDef(
        name=name,
        arguments=_input_values(builder, node.arguments, f"@{name}"),
        locations=tuple(location.value for location in node.locations),
        repeatable=node.repeatable,
        description=_description(node),
        node=node,
    )


def _description(node: object) -> str | None:
    description: StringValueNode | None = getattr(node, "description", None)
    return description.value if description else None


def _finish(builder: _Builder) -> None:
    """Add an empty query root if there is none: every subgraph has one, for `_service`."""
    out = builder.out
    for owner, directive in builder.external:  # unlike `@shareable`, it is for all fields, of every declaration
        _give(directive, owner.fields.values())
    out.types.setdefault("Query", TypeDef(name="Query", kind=Kind.OBJECT))
    out.root_names.setdefault("Query", "Query")
    for owner in out.types.values():
        if any(d.name == "extends" and d.spec == "federation" for d in owner.directives):
            owner.is_extension = True
