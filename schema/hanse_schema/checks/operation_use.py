"""What an operation uses of a schema: fields, arguments, input fields, enum values, types and directives.

The values of variables are not known: all parts of a variable's type are `Use.POSSIBLE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_input_type,
    is_object_type,
    type_from_ast,
)

Types = frozenset[str]


class Use(IntEnum):
    """How sure it is that an operation uses an element."""

    NONE = 0
    POSSIBLE = 1
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A selected field: the type as written and the object types that the object can have there, and its arguments.

    `by_variable` are those arguments whose value is a variable.
    """

    types: Types
    arguments: Types
    by_variable: Types


@dataclass(frozen=True, slots=True)
class FragmentUse:
    """A fragment: the type around it, its own type, and the object types that both can have."""

    around: str
    condition: str
    types: Types


@dataclass(slots=True)
class OperationUse:
    """What one operation uses.

    `kind` is query, mutation or subscription. `named` are the types of fragments and variables, `returned` those of
    selected fields. `fields` are by name. `literals` has the fields of each input object in the text, `literal_types`
    the input types of all values in it, `enum_values` the coordinates of enum values. `variable_types` are the input
    types that variables can hold. `directives` has the arguments of each use.
    """

    kind: str = ""
    named: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    fields: dict[str, set[FieldUse]] = field(default_factory=dict)
    fragments: set[FragmentUse] = field(default_factory=set)
    literals: dict[str, set[Types]] = field(default_factory=dict)
    literal_types: set[str] = field(default_factory=set)
    enum_values: set[str] = field(default_factory=set)
    variable_types: set[str] = field(default_factory=set)
    directives: dict[str, set[Types]] = field(default_factory=dict)

    def type(self, name: str) -> Use:
        """The use of a type, in any position."""
        if name in self.named or name in self.returned:
            return Use.CERTAIN
        return self.input_type(name)

    def output(self, name: str) -> Use:
        """The use of a type in the response: any of its values may be there."""
        return Use.POSSIBLE if name in self.returned or name in self.named else Use.NONE

    def field(self, type_name: str, name: str) -> Use:
        """The use of a field: selected on the type, or on an abstract type whose object can be of the type."""
        return _certain(type_name in use.types for use in self.fields.get(name, ()))

    def argument(self, type_name: str, field_name: str, name: str) -> Use:
        """The use of an argument of a field, with a value."""
        uses = self.fields.get(field_name, ())
        return _certain(type_name in use.types and name in use.arguments for use in uses)

    def without_argument(self, type_name: str, field_name: str, name: str) -> Use:
        """The use of a field without a value for one of its arguments."""
        uses = self.fields.get(field_name, ())
        return _certain(type_name in use.types and name not in use.arguments for use in uses)

    def argument_by_variable(self, type_name: str, field_name: str, name: str) -> Use:
        """The use of an argument of a field, with a variable as its value."""
        uses = self.fields.get(field_name, ())
        return _certain(type_name in use.types and name in use.by_variable for use in uses)

    def input_type(self, name: str) -> Use:
        """The use of an input type: in the text, or possibly in a variable."""
        return Use.CERTAIN if name in self.literal_types else self._in_variable(name)

    def input_field(self, type_name: str, name: str) -> Use:
        """The use of a field of an input type: in the text, or possibly in a variable."""
        in_text = any(name in fields for fields in self.literals.get(type_name, ()))
        return Use.CERTAIN if in_text else self._in_variable(type_name)

    def without_input_field(self, type_name: str, name: str) -> Use:
        """The use of an input type without one of its fields."""
        in_text = any(name not in fields for fields in self.literals.get(type_name, ()))
        return Use.CERTAIN if in_text else self._in_variable(type_name)

    def input_enum_value(self, type_name: str, name: str) -> Use:
        """The use of an enum value as an input: in the text, or possibly in a variable."""
        return Use.CERTAIN if f"{type_name}.{name}" in self.enum_values else self._in_variable(type_name)

    def relation(self, abstract: str, member: str) -> Use:
        """The use of the fact that an object type is one of the possible types of an abstract type."""
        related = [use for use in self.fragments if abstract in (use.around, use.condition)]
        if any(member in (use.around, use.condition) for use in related):
            return Use.CERTAIN
        return Use.POSSIBLE if any(member in use.types for use in related) else Use.NONE

    def narrows(self, abstract: str, member: str) -> Use:
        """The use of fragments on an abstract type that an object of the member type matches."""
        return _certain(use.condition == abstract and member in use.types for use in self.fragments)

    def directive(self, name: str, argument: str | None = None) -> Use:
        """The use of a directive, or of one of its arguments."""
        uses = self.directives.get(name, ())
        return _certain(argument is None or argument in arguments for arguments in uses)

    def directive_without(self, name: str, argument: str) -> Use:
        """The use of a directive without a value for one of its arguments."""
        return _certain(argument not in arguments for arguments in self.directives.get(name, ()))

    def in_variables(self) -> OperationUse:
        """Only what values of variables can use."""
        return OperationUse(variable_types=self.variable_types)

    def _in_variable(self, type_name: str) -> Use:
        return Use.POSSIBLE if type_name in self.variable_types else Use.NONE


def _certain(uses: Iterable[bool]) -> Use:
    return Use.CERTAIN if any(uses) else Use.NONE


def operation_use(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> OperationUse:
    """What an operation of a document that is valid for the schema uses.

    A fragment is walked once for each type and set of object types around it.
    """
    collector = _Collector(schema, document)
    collector.operation(operation)
    return collector.use


class _Around(NamedTuple):
    """The type around a fragment, and the object types that the object can have there."""

    type: str
    types: Types


class _Collector:
    """Collects the use of one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.use = OperationUse()
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._walked: set[tuple[str, _Around]] = set()
        self._possible: dict[str, Types] = {}

    def operation(self, operation: OperationDefinitionNode) -> None:
        """Collect from the variables, directives and selections of an operation."""
        self._directives(operation.directives)
        for variable in operation.variable_definitions or ():
            self._directives(variable.directives)
            type_ = type_from_ast(self._schema, variable.type)
            if type_ is not None and is_input_type(type_):
                self._variable(get_named_type(type_))
                self._value(variable.default_value, get_named_type(type_))
        root = self._schema.get_root_type(operation.operation)
        if root is not None:
            self.use.kind = operation.operation.value
            self._selections(operation.selection_set, root, frozenset((root.name,)))

    def _selections(self, selection_set: SelectionSetNode, parent: GraphQLNamedType, types: Types) -> None:
        for selection in selection_set.selections:
            self._directives(selection.directives)
            match selection:
                case FieldNode():
                    self._field(selection, parent, types)
                case InlineFragmentNode():
                    condition = selection.type_condition
                    around = _Around(parent.name, types)
                    self._fragment(selection, condition.name.value if condition else parent.name, around)
                case FragmentSpreadNode():
                    self._spread(selection, _Around(parent.name, types))

    def _spread(self, spread: FragmentSpreadNode, around: _Around) -> None:
        fragment = self._fragments.get(spread.name.value)
        if fragment is None or (spread.name.value, around) in self._walked:
            return
        self._walked.add((spread.name.value, around))
        self._directives(fragment.directives)
        self._fragment(fragment, fragment.type_condition.name.value, around)

    def _fragment(self, fragment: InlineFragmentNode | FragmentDefinitionNode, condition: str, around: _Around) -> None:
        type_ = self._schema.get_type(condition)
        if type_ is None:
            return
        types = around.types & self._possible_types(type_)
        if condition != around.type:
            self.use.named.add(condition)
            self.use.fragments.add(FragmentUse(around.type, condition, types))
        self._selections(fragment.selection_set, type_, types)

    def _field(self, node: FieldNode, parent: GraphQLNamedType, types: Types) -> None:
        name = node.name.value
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or name not in parent.fields:
            return  # a meta field
        definition = parent.fields[name]
        arguments = self._arguments(node.arguments, definition.args)
        variables = [one.name.value for one in node.arguments or () if isinstance(one.value, VariableNode)]
        found = FieldUse(types | {parent.name}, arguments, arguments.intersection(variables))
        self.use.fields.setdefault(name, set()).add(found)
        below = get_named_type(definition.type)
        self.use.returned.add(below.name)
        if node.selection_set is not None:
            self._selections(node.selection_set, below, self._possible_types(below))

    def _arguments(self, nodes: Iterable[ArgumentNode] | None, known: Mapping[str, GraphQLArgument]) -> Types:
        supplied = [node for node in nodes or () if node.name.value in known]
        for node in supplied:
            self._value(node.value, get_named_type(known[node.name.value].type))
        return frozenset(node.name.value for node in supplied)

    def _directives(self, nodes: Iterable[DirectiveNode] | None) -> None:
        for node in nodes or ():
            definition = self._schema.get_directive(node.name.value)
            if definition is not None:
                supplied = self._arguments(node.arguments, definition.args)
                self.use.directives.setdefault(definition.name, set()).add(supplied)

    def _variable(self, type_: GraphQLNamedType) -> None:
        """A variable can hold all fields and values of its type."""
        self.use.named.add(type_.name)
        pending = [type_]
        while pending:
            found = pending.pop()
            if found.name not in self.use.variable_types:
                self.use.variable_types.add(found.name)
                if isinstance(found, GraphQLInputObjectType):
                    pending += [get_named_type(inner.type) for inner in found.fields.values()]

    def _value(self, node: ValueNode | None, type_: GraphQLNamedType) -> None:
        match node:
            case None | VariableNode():
                return
            case ListValueNode():
                for item in node.values:
                    self._value(item, type_)
                return
        self.use.literal_types.add(type_.name)
        match node:
            case ObjectValueNode() if isinstance(type_, GraphQLInputObjectType):
                self.use.literals.setdefault(type_.name, set()).add(frozenset(f.name.value for f in node.fields))
                for member in node.fields:
                    if member.name.value in type_.fields:
                        self._value(member.value, get_named_type(type_.fields[member.name.value].type))
            case EnumValueNode() if isinstance(type_, GraphQLEnumType):
                self.use.enum_values.add(f"{type_.name}.{node.value}")

    def _possible_types(self, type_: GraphQLNamedType) -> Types:
        found = self._possible.get(type_.name)
        if found is None:
            if is_abstract_type(type_):
                found = frozenset(possible.name for possible in self._schema.get_possible_types(type_))
            else:
                found = frozenset((type_.name,) if is_object_type(type_) else ())
            self._possible[type_.name] = found
        return found
