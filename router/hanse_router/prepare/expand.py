"""Expand an operation: inline its fragments, and evaluate constant conditions (GraphQL specification, 6.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    print_ast,
)

from hanse_router.errors import UnknownOperation
from hanse_router.operation import NO_ARGUMENTS, Arguments, Conditions, Field, Operation, SkipInclude
from hanse_router.operation_kind import OperationKind
from hanse_router.prepare.validate import choose_operation
from hanse_schema.supergraph import possible_types
from hanse_schema.supergraph.model import Supergraph

_META_FIELDS: Mapping[str, GraphQLOutputType] = {
    "__schema": SchemaMetaFieldDef.type,
    "__type": TypeMetaFieldDef.type,
    "__typename": TypeNameMetaFieldDef.type,
}
_NO_CONDITIONS: Conditions = frozenset()


class Expander:
    """Expands operations over one supergraph.

    `api_schema` gives the types of fields. `possible` are the object types of each composite type of the supergraph,
    those that clients do not see among them: a subgraph may return them.
    """

    def __init__(self, api_schema: GraphQLSchema, possible: Mapping[str, frozenset[str]]) -> None:
        self._api_schema = api_schema
        self._possible = possible

    def expand(self, document: DocumentNode, definition: OperationDefinitionNode) -> Operation:
        """Expand an operation of a document that is valid against the API schema.

        Raises UnknownOperation if the schema has no type for this kind of operation.
        """
        root = self._api_schema.get_root_type(definition.operation)
        if root is None:
            raise UnknownOperation(f"The schema has no {definition.operation.value} type.")
        fragments = tuple(node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
        expansion = _Expansion(self._api_schema, self._possible, {node.name.value: node for node in fragments})
        selections = tuple(
            expansion.fields(definition.selection_set, root, self._possible[root.name], (), _NO_CONDITIONS)
        )
        return Operation(
            OperationKind(definition.operation.value),
            definition.name.value if definition.name else None,
            root,
            selections,
            {node.variable.name.value: node for node in definition.variable_definitions or ()},
            fragments if any(field.is_introspection for field in selections) else (),
        )


def expand_operation(
    document: DocumentNode, supergraph: Supergraph, api_schema: GraphQLSchema, name: str | None = None
) -> Operation:
    """Expand one operation, without the limits and the validation of `Preparer`. Raises UnknownOperation."""
    return Expander(api_schema, possible_types(supergraph)).expand(document, choose_operation(document, name))


class _Expansion:
    """The expansion of one operation."""

    def __init__(
        self,
        api_schema: GraphQLSchema,
        possible: Mapping[str, frozenset[str]],
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self._api_schema = api_schema
        self._possible = possible
        self._fragments = fragments
        self._arguments: dict[int, Arguments] = {}  # by the identity of the field's node

    def fields(
        self,
        selection_set: SelectionSetNode,
        parent: GraphQLCompositeType,
        types: frozenset[str],
        above: tuple[str, ...],
        conditions: Conditions,
    ) -> Iterator[Field]:
        """The fields of a selection set on `parent`, for objects of `types`, below the response path `above`."""
        for selection in selection_set.selections:
            here = _with_directives(conditions, selection.directives)
            if here is None:
                continue
            if isinstance(selection, FieldNode):
                yield self._field(selection, parent, types, above, here)
                continue
            fragment = (
                self._fragments[selection.name.value]
                if isinstance(selection, FragmentSpreadNode)
                else cast(InlineFragmentNode, selection)
            )
            on, narrowed = parent, types
            if fragment.type_condition is not None and fragment.type_condition.name.value != parent.name:
                on = cast(GraphQLCompositeType, self._api_schema.get_type(fragment.type_condition.name.value))
                narrowed = types & self._possible.get(on.name, frozenset())
                if not narrowed:
                    continue
            yield from self.fields(fragment.selection_set, on, narrowed, above, here)

    def _field(
        self,
        node: FieldNode,
        parent: GraphQLCompositeType,
        types: frozenset[str],
        above: tuple[str, ...],
        conditions: Conditions,
    ) -> Field:
        name = node.name.value
        path = (*above, node.alias.value if node.alias else name)
        type_ = _META_FIELDS.get(name)
        selections: tuple[Field, ...] | None = None
        if type_ is None:
            type_ = cast(GraphQLObjectType | GraphQLInterfaceType, parent).fields[name].type
            below = get_named_type(type_)
            if node.selection_set is not None and is_composite_type(below):
                possible = self._possible.get(below.name, frozenset())
                selections = tuple(self.fields(node.selection_set, below, possible, path, conditions))
        elif node.selection_set is not None:
            selections = ()
        return Field(path, name, parent, type_, self._arguments_of(node), conditions, types, selections, node)

    def _arguments_of(self, node: FieldNode) -> Arguments:
        if not node.arguments:
            return NO_ARGUMENTS
        arguments = self._arguments.get(id(node))
        if arguments is None:
            arguments = self._arguments[id(node)] = arguments_of(node.arguments)
        return arguments


def arguments_of(nodes: Iterable[ArgumentNode]) -> Arguments:
    """The arguments of a field, given their nodes."""
    text = ", ".join(print_ast(node) for node in nodes)
    return Arguments(text, frozenset(name for node in nodes for name in _variables(node.value)))


def _variables(value: ValueNode) -> Iterator[str]:
    if isinstance(value, VariableNode):
        yield value.name.value
    elif isinstance(value, ListValueNode):
        for item in value.values:
            yield from _variables(item)
    elif isinstance(value, ObjectValueNode):
        for member in value.fields:
            yield from _variables(member.value)


def _with_directives(conditions: Conditions, directives: Iterable[DirectiveNode] | None) -> Conditions | None:
    """The conditions and those of `@skip` and `@include`; None where they can never hold together."""
    for directive in directives or ():
        name = directive.name.value
        if name not in ("skip", "include"):
            continue
        value = next((argument.value for argument in directive.arguments or () if argument.name.value == "if"), None)
        if isinstance(value, BooleanValueNode):
            if value.value == (name == "skip"):
                return None
        elif isinstance(value, VariableNode):
            condition = SkipInclude(value.name.value, negated=name == "skip")
            if SkipInclude(condition.variable, not condition.negated) in conditions:
                return None
            conditions = conditions | {condition}
    return conditions
