"""Converts types and directives of a supergraph's syntax tree to data, with their join records."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    print_ast,
)

from hanse_schema.supergraph.ast_values import Arguments
from hanse_schema.supergraph.errors import InvalidSupergraphError
from hanse_schema.supergraph.model import (
    AppliedDirective,
    ContextArgument,
    DirectiveDefinition,
    EnumType,
    EnumValue,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    JoinDirective,
    JoinEnumValue,
    JoinField,
    JoinImplements,
    JoinType,
    JoinUnionMember,
    ObjectType,
    ScalarType,
    TypeDefinition,
    UnionType,
)

# The parser sets missing optional parts to None.
_Directives = Iterable[ConstDirectiveNode] | None


class JoinReader:
    """Reads definitions, given the local name of the join specification (`join`)."""

    def __init__(self, prefix: str) -> None:
        self._prefix = f"{prefix}__"

    def type(self, node: TypeDefinitionNode) -> TypeDefinition:
        """The type with all its members."""
        name = node.name.value
        type_: TypeDefinition
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                made = ObjectType if isinstance(node, ObjectTypeDefinitionNode) else InterfaceType
                type_ = made(
                    name=name,
                    fields={field.name.value: self._field(field) for field in node.fields or ()},
                    implements=self._implements(node),
                )
            case UnionTypeDefinitionNode():
                type_ = UnionType(name=name, members=self._members(node))
            case EnumTypeDefinitionNode():
                type_ = EnumType(
                    name=name, values={value.name.value: self._value(value) for value in node.values or ()}
                )
            case InputObjectTypeDefinitionNode():
                fields = {field.name.value: self._input_value(field) for field in node.fields or ()}
                type_ = InputObjectType(name=name, fields=fields)
            case ScalarTypeDefinitionNode():
                type_ = ScalarType(name=name)
            case _:
                raise InvalidSupergraphError(f"{name} is of a kind that is not known: {node.kind}")
        type_.description = _text(node.description)
        type_.directives = self.others(node.directives)
        type_.joins = self._type_joins(node.directives)
        type_.join_directives = self.join_directives(node.directives)
        return type_

    def directive_definition(self, node: DirectiveDefinitionNode) -> DirectiveDefinition:
        """A directive definition."""
        return DirectiveDefinition(
            name=node.name.value,
            arguments=self._input_values(node.arguments),
            locations=tuple(location.value for location in node.locations),
            repeatable=node.repeatable,
            description=_text(node.description),
        )

    def owner(self, node: TypeDefinitionNode) -> str | None:
        """The `join__Graph` value of `@join__owner`, which only join v0.1 has."""
        for arguments in self._of(node.directives, "owner"):
            return arguments.enum("graph")
        return None

    def join_directives(self, directives: _Directives) -> tuple[JoinDirective, ...]:
        """The `@join__directive` records among the directives."""
        return tuple(
            JoinDirective(a.enums("graphs"), a.needed("name", a.string("name")), a.texts("args"))
            for a in self._of(directives, "directive")
        )

    def others(self, directives: _Directives) -> tuple[AppliedDirective, ...]:
        """The directives that are not of the join specification."""
        return tuple(
            AppliedDirective(
                directive.name.value,
                tuple((argument.name.value, print_ast(argument.value)) for argument in directive.arguments or ()),
            )
            for directive in directives or ()
            if not directive.name.value.startswith(self._prefix)
        )

    def _of(self, directives: _Directives, name: str) -> Iterable[Arguments]:
        name = self._prefix + name
        return [Arguments.of(directive) for directive in directives or () if directive.name.value == name]

    def _type_joins(self, directives: _Directives) -> tuple[JoinType, ...]:
        return tuple(
            JoinType(
                graph=a.needed("graph", a.enum("graph")),
                key=a.string("key"),
                extension=a.flag("extension"),
                resolvable=a.flag("resolvable", default=True),
                is_interface_object=a.flag("isInterfaceObject"),
            )
            for a in self._of(directives, "type")
        )

    def _implements(self, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) -> tuple[JoinImplements, ...]:
        records = [
            JoinImplements(a.needed("graph", a.enum("graph")), a.needed("interface", a.string("interface")))
            for a in self._of(node.directives, "implements")
        ]
        recorded = {record.interface for record in records}
        # Without a graph: `complete` finds out which it is.
        records += [JoinImplements("", i.name.value) for i in node.interfaces or () if i.name.value not in recorded]
        return tuple(records)

    def _members(self, node: UnionTypeDefinitionNode) -> tuple[JoinUnionMember, ...]:
        records = [
            JoinUnionMember(a.needed("graph", a.enum("graph")), a.needed("member", a.string("member")))
            for a in self._of(node.directives, "unionMember")
        ]
        recorded = {record.member for record in records}
        records += [JoinUnionMember("", t.name.value) for t in node.types or () if t.name.value not in recorded]
        return tuple(records)

    def _value(self, node: EnumValueDefinitionNode) -> EnumValue:
        return EnumValue(
            name=node.name.value,
            description=_text(node.description),
            directives=self.others(node.directives),
            joins=tuple(
                JoinEnumValue(a.needed("graph", a.enum("graph"))) for a in self._of(node.directives, "enumValue")
            ),
        )

    def _field(self, node: FieldDefinitionNode) -> Field:
        return Field(
            name=node.name.value,
            type=print_ast(node.type),
            arguments=self._input_values(node.arguments),
            description=_text(node.description),
            directives=self.others(node.directives),
            joins=self._field_joins(node.directives),
            join_directives=self.join_directives(node.directives),
        )

    def _field_joins(self, directives: _Directives) -> tuple[JoinField, ...]:
        return tuple(
            JoinField(
                graph=a.enum("graph"),
                requires=a.string("requires"),
                provides=a.string("provides"),
                type=a.string("type"),
                external=a.flag("external"),
                override=a.string("override"),
                override_label=a.string("overrideLabel"),
                used_overridden=a.flag("usedOverridden"),
                context_arguments=tuple(
                    _context_argument(Arguments.of_object("join__ContextArgument", item))
                    for item in a.items("contextArguments")
                ),
            )
            for a in self._of(directives, "field")
        )

    def _input_values(self, nodes: Iterable[InputValueDefinitionNode] | None) -> dict[str, InputValue]:
        return {node.name.value: self._input_value(node) for node in nodes or ()}

    def _input_value(self, node: InputValueDefinitionNode) -> InputValue:
        return InputValue(
            name=node.name.value,
            type=print_ast(node.type),
            default=print_ast(node.default_value) if node.default_value is not None else None,
            description=_text(node.description),
            directives=self.others(node.directives),
            joins=self._field_joins(node.directives),
        )


def _context_argument(a: Arguments) -> ContextArgument:
    return ContextArgument(
        context=a.needed("context", a.string("context")),
        name=a.needed("name", a.string("name")),
        type=a.needed("type", a.string("type")),
        selection=a.needed("selection", a.string("selection")),
    )


def _text(description: StringValueNode | None) -> str | None:
    return None if description is None else description.value
