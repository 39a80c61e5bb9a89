"""A root type is an object type that exists, and serves one kind of operation."""

from __future__ import annotations

from graphql import OperationTypeDefinitionNode, SchemaDefinitionNode, SchemaExtensionNode

from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import Kind


def check(checked: Checked) -> None:
    """Report each invalid root type of the schema definition."""
    seen: dict[str, str] = {}
    for node in checked.document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            for operation in node.operation_types or ():
                _check_root(checked, operation, seen)


def _check_root(checked: Checked, node: OperationTypeDefinitionNode, seen: dict[str, str]) -> None:
    operation, name = node.operation.value, node.type.name.value
    canonical = operation.capitalize()
    definition = checked.types.get(canonical)
    if name not in checked.written_types or definition is None:
        checked.error(f"The {operation} root is `{name}`, which is not defined: define `type {name}`.", node)
    elif definition.kind is not Kind.OBJECT:
        checked.error(f"The {operation} root `{name}` is of kind {definition.kind.value}: make it a type.", node)
    elif seen.get(name, operation) != operation:
        checked.error(f"`{name}` is the {seen[name]} root and the {operation} root: take two types.", node)
    seen.setdefault(name, operation)
