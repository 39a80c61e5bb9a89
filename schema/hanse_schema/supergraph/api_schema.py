"""The API schema: the supergraph as clients see it, without inaccessible and federation elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import cast

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    StringValueNode,
    parse_const_value,
    specified_directives,
    specified_scalar_types,
)
from graphql.type import GraphQLDefaultInput

from hanse_schema.supergraph.linked_specs import definitions_of
from hanse_schema.supergraph.links import directive_name, owns
from hanse_schema.supergraph.model import (
    AppliedDirective,
    DirectiveDefinition,
    EnumType,
    EnumValue,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    ObjectType,
    ScalarType,
    Supergraph,
    TypeDefinition,
    UnionType,
)
from hanse_schema.type_ref import is_list, is_non_null, item_of, named_type, nullable


def api_schema(supergraph: Supergraph) -> GraphQLSchema:
    """The schema to validate and introspect against.

    It omits elements that are `@inaccessible`, arguments filled from a `@context` by the router, and the types
    and directives of linked specifications. Deprecations, descriptions, `@specifiedBy`, `@oneOf` and the definitions of
    other directives stay. It is built without validation: composition has checked it. Types refer to no syntax tree.
    """
    return _Builder(supergraph).build()


class _Builder:
    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._inaccessible = directive_name(supergraph, "inaccessible")
        self._types: dict[str, GraphQLNamedType] = dict(specified_scalar_types)

    def build(self) -> GraphQLSchema:
        supergraph = self._supergraph
        visible = [type_ for type_ in supergraph.types.values() if self._is_visible(type_)]
        # All types are registered by name before the first lazy member is evaluated.
        self._types.update((type_.name, self._type(type_)) for type_ in visible)
        return GraphQLSchema(
            query=self._root(supergraph.query),
            mutation=self._root(supergraph.mutation),
            subscription=self._root(supergraph.subscription),
            types=[self._types[type_.name] for type_ in visible],
            directives=[*specified_directives, *self._directives()],
            description=supergraph.description,
            assume_valid=True,
        )

    def _is_visible(self, type_: TypeDefinition) -> bool:
        if not self._shown(type_.directives):
            return False
        of_spec = not type_.joins and any(owns(link, type_.name) for link in self._supergraph.links)
        return not of_spec

    def _root(self, name: str | None) -> GraphQLObjectType | None:
        return cast("GraphQLObjectType | None", self._types.get(name)) if name is not None else None

    def _type(self, type_: TypeDefinition) -> GraphQLNamedType:
        name, description = type_.name, type_.description
        match type_:
            case ObjectType() | InterfaceType():
                made = GraphQLObjectType if isinstance(type_, ObjectType) else GraphQLInterfaceType
                fields, interfaces = partial(self._fields, type_), partial(self._named, type_.interfaces)
                return made(name, fields, interfaces, description=description)  # type: ignore[arg-type]
            case UnionType():
                members = partial(self._named, type_.member_names)
                return GraphQLUnionType(name, members, description=description)  # type: ignore[arg-type]
            case EnumType():
                return GraphQLEnumType(name, self._values(type_.values.values()), description=description)
            case InputObjectType():
                one_of = any(directive.name == "oneOf" for directive in type_.directives)
                fields_in = partial(self._input_fields, type_)
                return GraphQLInputObjectType(name, fields_in, description=description, is_one_of=one_of)
            case ScalarType():
                url = _string_argument(type_.directives, "specifiedBy", "url")
                return GraphQLScalarType(name, description=description, specified_by_url=url)

    def _named(self, names: Iterable[str]) -> list[GraphQLNamedType]:
        return [self._types[name] for name in names if name in self._types]

    def _fields(self, type_: ObjectType | InterfaceType) -> dict[str, GraphQLField]:
        return {
            field.name: GraphQLField(
                cast("GraphQLOutputType", self._ref(field.type)),
                args=self._arguments(field),
                description=field.description,
                deprecation_reason=_deprecation(field.directives),
            )
            for field in type_.fields.values()
            if self._shown(field.directives) and named_type(field.type) in self._types
        }

    def _arguments(self, field: Field) -> dict[str, GraphQLArgument]:
        filled = {argument.name for join in field.joins for argument in join.context_arguments}
        return {name: value for name, value in self._given(field.arguments).items() if name not in filled}

    def _given(self, arguments: Mapping[str, InputValue]) -> dict[str, GraphQLArgument]:
        return {
            argument.name: GraphQLArgument(
                self._input_ref(argument.type),
                description=argument.description,
                deprecation_reason=_deprecation(argument.directives),
                default=_default(argument),
            )
            for argument in arguments.values()
            if self._shown(argument.directives) and named_type(argument.type) in self._types
        }

    def _input_fields(self, type_: InputObjectType) -> dict[str, GraphQLInputField]:
        return {
            field.name: GraphQLInputField(
                self._input_ref(field.type),
                description=field.description,
                deprecation_reason=_deprecation(field.directives),
                default=_default(field),
            )
            for field in type_.fields.values()
            if self._shown(field.directives) and named_type(field.type) in self._types
        }

    def _values(self, values: Iterable[EnumValue]) -> dict[str, GraphQLEnumValue]:
        return {
            value.name: GraphQLEnumValue(
                value.name, description=value.description, deprecation_reason=_deprecation(value.directives)
            )
            for value in values
            if self._shown(value.directives)
        }

    def _directives(self) -> list[GraphQLDirective]:
        links = self._supergraph.links
        of_specs = definitions_of(links)
        kept = (
            definition
            for definition in self._supergraph.directive_definitions.values()
            if f"@{definition.name}" not in of_specs and not any(owns(link, f"@{definition.name}") for link in links)
        )
        return [self._directive(definition) for definition in kept]

    def _directive(self, definition: DirectiveDefinition) -> GraphQLDirective:
        return GraphQLDirective(
            definition.name,
            [DirectiveLocation[name] for name in definition.locations],
            args=self._given(definition.arguments),
            is_repeatable=definition.repeatable,
            description=definition.description,
        )

    def _shown(self, directives: Iterable[AppliedDirective]) -> bool:
        hidden = self._inaccessible
        return hidden is None or all(directive.name != hidden for directive in directives)

    def _input_ref(self, ref: str) -> GraphQLInputType:
        return cast("GraphQLInputType", self._ref(ref))

    def _ref(self, ref: str) -> GraphQLType:
        if is_non_null(ref):
            return GraphQLNonNull(self._ref(nullable(ref)))  # type: ignore[type-var]
        if is_list(ref):
            return GraphQLList(self._ref(item_of(ref)))
        return self._types[ref]


def _default(value: InputValue) -> GraphQLDefaultInput | None:
    return None if value.default is None else GraphQLDefaultInput(literal=parse_const_value(value.default))


def _deprecation(directives: Iterable[AppliedDirective]) -> str | None:
    if all(directive.name != "deprecated" for directive in directives):
        return None
    return _string_argument(directives, "deprecated", "reason") or "No longer supported"


def _string_argument(directives: Iterable[AppliedDirective], directive: str, argument: str) -> str | None:
    for applied in directives:
        if applied.name == directive:
            for name, text in applied.arguments:
                node = parse_const_value(text)
                if name == argument and isinstance(node, StringValueNode):
                    return node.value
    return None
