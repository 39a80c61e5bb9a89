"""The signature of an operation for usage reports: its text without literals, aliases and fragments numbered.

Operations that differ only in literals, aliases, names of fragments, blanks and comments have one signature. It is a
valid document over the schema of the original. Enum values, booleans and null stay: they are words of the schema.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Token,
    TokenKind,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    print_ast,
    specified_scalar_types,
    type_from_ast,
)

from hanse_router.operation_kind import OperationKind

_NUMBERS = frozenset(("Int", "Float"))
_BOOLEAN = "Boolean"
_Arguments = Mapping[str, GraphQLArgument]
_NO_ARGUMENTS: _Arguments = {}


@dataclass(frozen=True, slots=True, eq=False)
class OperationSignature:
    """The text, the SHA-256 of it in hexadecimal digits, and the operation's name and kind."""

    text: str
    hash: str
    name: str | None
    kind: OperationKind


def signature_of(
    document: DocumentNode, operation: OperationDefinitionNode, schema: GraphQLSchema
) -> OperationSignature:
    """The signature of an operation of a valid document."""
    text = _Printer(document, schema).document(operation)
    name = operation.name.value if operation.name is not None else None
    kind = OperationKind(operation.operation.value)
    return OperationSignature(text, hashlib.sha256(text.encode()).hexdigest(), name, kind)


class _Numbers:
    """New names in the order of first use, without those that are taken."""

    def __init__(self, prefix: str, taken: frozenset[str] = frozenset()) -> None:
        self._prefix = prefix
        self._taken = taken
        self._last = 0
        self._names: dict[str, str] = {}
        self.used: list[str] = []

    def of(self, name: str) -> str:
        """The new name."""
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = self._next()
            self.used.append(name)
        return found

    def _next(self) -> str:
        while True:
            self._last += 1
            name = f"{self._prefix}{self._last}"
            if name not in self._taken:
                return name


class _Printer:
    """Prints one operation with the fragments that it uses."""

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._definitions = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._aliases = _Numbers("_", frozenset(_names(document)))
        self._fragments = _Numbers("F")

    def document(self, operation: OperationDefinitionNode) -> str:
        """The whole text."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        parts = [self._operation_head(operation), self._selections(operation.selection_set, root)]
        # The list grows in the meantime: a fragment can use others.
        parts.extend(self._fragment(self._definitions[name]) for name in self._fragments.used)
        return " ".join(parts)

    def _operation_head(self, operation: OperationDefinitionNode) -> str:
        name = f" {operation.name.value}" if operation.name is not None else ""
        variables = ", ".join(map(self._variable, operation.variable_definitions or ()))
        given = f"({variables})" if variables else ""
        return f"{operation.operation.value}{name}{given}{self._directives(operation.directives)}"

    def _variable(self, node: VariableDefinitionNode) -> str:
        text = f"${node.variable.name.value}: {print_ast(node.type)}"
        if node.default_value is not None:
            text += f" = {self._value(node.default_value, _input_type(self._schema, node))}"
        return text + self._directives(node.directives)

    def _fragment(self, node: FragmentDefinitionNode) -> str:
        condition = node.type_condition.name.value
        head = f"fragment {self._fragments.of(node.name.value)} on {condition}{self._directives(node.directives)}"
        return f"{head} {self._selections(node.selection_set, self._type(condition))}"

    def _selections(self, node: SelectionSetNode, parent: GraphQLCompositeType) -> str:
        return f"{{ {' '.join(self._selection(one, parent) for one in node.selections)} }}"

    def _selection(self, node: SelectionNode, parent: GraphQLCompositeType) -> str:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return f"...{self._fragments.of(node.name.value)}{self._directives(node.directives)}"
        assert isinstance(node, InlineFragmentNode)
        condition = node.type_condition
        head = f"... on {condition.name.value}" if condition is not None else "..."
        below = self._type(condition.name.value) if condition is not None else parent
        return f"{head}{self._directives(node.directives)} {self._selections(node.selection_set, below)}"

    def _field(self, node: FieldNode, parent: GraphQLCompositeType) -> str:
        name = node.name.value
        field = self._schema.get_field(parent, name)
        assert field is not None
        alias = node.alias.value if node.alias is not None else name
        key = f"{self._aliases.of(alias)}: " if alias != name else ""
        text = f"{key}{name}{self._arguments(node, field.args)}{self._directives(node.directives)}"
        if node.selection_set is None:
            return text
        below = get_named_type(field.type)
        assert is_composite_type(below)
        return f"{text} {self._selections(node.selection_set, below)}"

    def _directives(self, nodes: Iterable[DirectiveNode | ConstDirectiveNode] | None) -> str:
        return "".join(map(self._directive, nodes or ()))

    def _directive(self, node: DirectiveNode | ConstDirectiveNode) -> str:
        directive = self._schema.get_directive(node.name.value)
        return f" @{node.name.value}{self._arguments(node, directive.args if directive else _NO_ARGUMENTS)}"

    def _arguments(self, node: FieldNode | DirectiveNode | ConstDirectiveNode, arguments: _Arguments) -> str:
        printed = [
            f"{one.name.value}: {self._value(one.value, arguments[one.name.value].type)}"
            for one in node.arguments or ()
        ]
        return f"({', '.join(printed)})" if printed else ""

    def _value(self, node: ValueNode, type_: GraphQLInputType) -> str:
        """A value of which only the structure, variables and words of the schema remain."""
        if isinstance(node, VariableNode):
            return f"${node.name.value}"
        if isinstance(node, NullValueNode):
            return "null"
        if isinstance(type_, GraphQLNonNull):
            return self._value(node, type_.of_type)
        if isinstance(type_, GraphQLList):
            items = node.values if isinstance(node, ListValueNode) else (node,)
            return f"[{', '.join(dict.fromkeys(self._value(one, type_.of_type) for one in items))}]"
        if isinstance(type_, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
            fields = (f"{one.name.value}: {self._value(one.value, type_.fields[one.name.value].type)}"
                      for one in node.fields)  # fmt: skip
            return f"{{{', '.join(fields)}}}"
        if isinstance(node, EnumValueNode) and isinstance(type_, GraphQLEnumType):
            return node.value
        return _scalar(node, type_.name)

    def _type(self, name: str) -> GraphQLCompositeType:
        found = self._schema.get_type(name)
        assert is_composite_type(found)
        return found


def _scalar(node: ValueNode, name: str) -> str:
    """A literal of a scalar. Inside those of custom scalars only variables remain."""
    if name in _NUMBERS:
        return "0"
    if name == _BOOLEAN and isinstance(node, BooleanValueNode):
        return "true" if node.value else "false"
    variables = [] if name in specified_scalar_types else list(dict.fromkeys(_variables(node)))
    return f"[{', '.join(variables)}]" if variables else '""'


def _variables(node: ValueNode) -> Iterator[str]:
    if isinstance(node, VariableNode):
        yield f"${node.name.value}"
    elif isinstance(node, ListValueNode):
        for one in node.values:
            yield from _variables(one)
    elif isinstance(node, ObjectValueNode):
        for field in node.fields:
            yield from _variables(field.value)


def _input_type(schema: GraphQLSchema, node: VariableDefinitionNode) -> GraphQLInputType:
    found = type_from_ast(schema, node.type)
    assert found is not None
    return found  # type: ignore[return-value]  # the document is valid


def _names(document: DocumentNode) -> Iterator[str]:
    """The names in a document that no colon follows: those of all fields among them, but no alias."""
    assert document.loc is not None
    token: Token | None = document.loc.start_token
    while token is not None:
        following = token.next
        if token.kind is TokenKind.NAME and (following is None or following.kind is not TokenKind.COLON):
            yield token.value or ""
        token = following
