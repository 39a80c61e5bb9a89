"""Which fields an operation uses, fragments counted at each use, and under which conditions on variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

Conditions = tuple[tuple[str, bool], ...]  # each variable with the value that it must have
Use = tuple[str, str, Conditions]  # the parent type's name, the field's, the conditions


def field_uses(document: DocumentNode, operation: OperationDefinitionNode, api_schema: GraphQLSchema) -> Iterator[Use]:
    """Every use of a field in a valid operation but those that are skipped for certain; no introspection."""
    root: GraphQLNamedType | None = api_schema.get_root_type(operation.operation)
    assert root is not None
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    yield from _uses(operation.selection_set, root, (), fragments, api_schema)


def _uses(
    selections: SelectionSetNode,
    parent: GraphQLNamedType,
    conditions: Conditions,
    fragments: dict[str, FragmentDefinitionNode],
    api_schema: GraphQLSchema,
) -> Iterator[Use]:
    for selection in selections.selections:
        met = _conditions(selection.directives or (), conditions)
        if met is None:
            continue
        if isinstance(selection, FieldNode):
            name = selection.name.value
            if name.startswith("__"):
                continue
            yield parent.name, name, met
            if selection.selection_set:
                below: Any = get_named_type(parent.fields[name].type)  # type: ignore[attr-defined]
                yield from _uses(selection.selection_set, below, met, fragments, api_schema)
        else:
            node: Any = fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
            type_ = api_schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            assert type_ is not None
            yield from _uses(node.selection_set, type_, met, fragments, api_schema)


def _conditions(
    directives: tuple[DirectiveNode, ...] | list[DirectiveNode] | tuple[()], above: Conditions
) -> Conditions | None:
    """The conditions with those of `@skip` and `@include` added; None where they can never hold."""
    met = above
    for directive in directives:
        if directive.name.value not in ("skip", "include"):
            continue
        wanted = directive.name.value == "include"
        (condition,) = directive.arguments or ()
        value = condition.value
        if isinstance(value, BooleanValueNode):
            if value.value is not wanted:
                return None
        elif isinstance(value, VariableNode):
            met = (*met, (value.name.value, wanted))
    return met
