"""Constant values of SDL as Python data and as GraphQL text in one canonical print."""

from __future__ import annotations

import json
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    StringValueNode,
    TypeNode,
    ValueNode,
    VariableNode,
)
from graphql.language.print_string import print_string

MAX_DIGITS = 1_000  # Python refuses to parse much longer integers; their exact value is not needed


def value_text(node: ValueNode) -> str:
    """The value as GraphQL text. Block strings print as plain ones, so that equal values have equal texts."""
    match node:
        case StringValueNode():
            return print_string(node.value)
        case BooleanValueNode():
            return "true" if node.value else "false"
        case IntValueNode() | FloatValueNode() | EnumValueNode():
            return node.value
        case ListValueNode():
            return f"[{', '.join(map(value_text, node.values))}]"
        case ObjectValueNode():
            fields = ", ".join(f"{field.name.value}: {value_text(field.value)}" for field in node.fields)
            return f"{{ {fields} }}" if fields else "{}"
        case VariableNode():
            return f"${node.name.value}"
        case _:
            return "null"


def string_of(node: ValueNode | None) -> str | None:
    """The string that the node is, or None when it is anything else."""
    return node.value if isinstance(node, StringValueNode) else None


def python_value(node: ValueNode) -> Any:
    """The value as Python data; an enum value gives its name, a variable None."""
    match node:
        case StringValueNode() | BooleanValueNode() | EnumValueNode():
            return node.value
        case IntValueNode():
            return int(node.value[:MAX_DIGITS])
        case FloatValueNode():
            return float(node.value)
        case ListValueNode():
            return [python_value(item) for item in node.values]
        case ObjectValueNode():
            return {f.name.value: python_value(f.value) for f in node.fields}
        case _:
            return None


def unquote(text: str) -> str | None:
    """The string that a canonical GraphQL text stands for, or None when it is not a string."""
    return json.loads(text) if text.startswith('"') else None


def type_text(node: TypeNode, renames: dict[str, str]) -> str:
    """The type reference as text, its name replaced by its canonical one."""
    match node:
        case NonNullTypeNode():
            return f"{type_text(node.type, renames)}!"
        case ListTypeNode():
            return f"[{type_text(node.type, renames)}]"
        case _:
            name: str = node.name.value  # type: ignore[attr-defined]
            return renames.get(name, name)


def type_depth_text(outer: str, inner: str) -> str:
    """`inner` within as many lists as `outer` has, nullable throughout."""
    depth = outer.count("[")
    return f"{'[' * depth}{inner}{']' * depth}"
