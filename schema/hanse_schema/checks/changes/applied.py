"""The directives that are applied to the elements of a schema or supergraph, by schema coordinate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from graphql import (
    ConstDirectiveNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    print_ast,
)

from hanse_schema.supergraph.links import local_prefix, owns, split_url
from hanse_schema.supergraph.model import (
    AppliedDirective,
    EnumType,
    InputObjectType,
    InterfaceType,
    Link,
    ObjectType,
    Supergraph,
)

Applied = Mapping[str, tuple[AppliedDirective, ...]]
"""By coordinate (empty for the schema itself), with an entry for every element that has directives."""


class _Node(Protocol):
    @property
    def directives(self) -> tuple[ConstDirectiveNode, ...] | None: ...


def applied_in_schema(schema: GraphQLSchema) -> Applied:
    """The directives of a schema that was built from SDL; none of one that refers to no syntax tree."""
    found = {}
    for coordinate, nodes in _nodes(schema):
        directives = tuple(_applied(node) for owner in nodes if owner is not None for node in owner.directives or ())
        if directives:
            found[coordinate] = directives
    return found


def applied_in_supergraph(supergraph: Supergraph) -> Applied:
    """The directives of a supergraph, with the names that their linked specifications give them."""
    names: dict[str, str] = {}
    found = {}
    for coordinate, directives in _records(supergraph):
        for directive in directives:
            if directive.name not in names:
                names[directive.name] = _name_in_spec(directive.name, supergraph.links)
        if directives:
            found[coordinate] = tuple(
                AppliedDirective(names[directive.name], directive.arguments) for directive in directives
            )
    return found


def coordinates_of(schema: GraphQLSchema) -> frozenset[str]:
    """The coordinates of the schema (empty) and of all types, fields, arguments, input fields and enum values."""
    return frozenset(coordinate for coordinate, _ in _nodes(schema))


def _applied(node: ConstDirectiveNode) -> AppliedDirective:
    arguments = tuple((argument.name.value, print_ast(argument.value)) for argument in node.arguments or ())
    return AppliedDirective(node.name.value, arguments)


def _nodes(schema: GraphQLSchema) -> Iterator[tuple[str, Iterable[_Node | None]]]:
    yield "", (schema.ast_node, *schema.extension_ast_nodes)
    for name, type_ in schema.type_map.items():
        yield name, (type_.ast_node, *type_.extension_ast_nodes)
        yield from _member_nodes(name, type_)


def _member_nodes(name: str, type_: GraphQLNamedType) -> Iterator[tuple[str, Iterable[_Node | None]]]:
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", (field.ast_node,)
                for argument_name, argument in field.args.items():
                    yield f"{name}.{field_name}({argument_name}:)", (argument.ast_node,)
        case GraphQLInputObjectType():
            for field_name, input_field in type_.fields.items():
                yield f"{name}.{field_name}", (input_field.ast_node,)
        case GraphQLEnumType():
            for value_name, value in type_.values.items():
                yield f"{name}.{value_name}", (value.ast_node,)
        case _:
            pass


def _records(supergraph: Supergraph) -> Iterator[tuple[str, tuple[AppliedDirective, ...]]]:
    yield "", supergraph.schema_directives
    for name, type_ in supergraph.types.items():
        yield name, type_.directives
        match type_:
            case ObjectType() | InterfaceType():
                for field in type_.fields.values():
                    yield f"{name}.{field.name}", field.directives
                    for argument in field.arguments.values():
                        yield f"{name}.{field.name}({argument.name}:)", argument.directives
            case InputObjectType():
                for input_field in type_.fields.values():
                    yield f"{name}.{input_field.name}", input_field.directives
            case EnumType():
                for value in type_.values.values():
                    yield f"{name}.{value.name}", value.directives
            case _:
                pass


def _name_in_spec(name: str, links: Iterable[Link]) -> str:
    """The name of a directive in the specification that it is linked from, else its own name."""
    for link in links:
        if not owns(link, f"@{name}"):
            continue
        for imported, local in link.imports:
            if local == f"@{name}":
                return imported[1:]
        prefix = local_prefix(link)
        return split_url(link.url)[1] if name == prefix else name.removeprefix(f"{prefix}__")
    return name
