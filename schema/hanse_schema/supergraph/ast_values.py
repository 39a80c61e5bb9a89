"""Reads the arguments of directives in a supergraph's syntax tree."""

from __future__ import annotations

from collections.abc import Callable

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    EnumValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from hanse_schema.supergraph.errors import InvalidSupergraphError


class Arguments:
    """The arguments of one applied directive, read by the type that the specification gives them.

    Each reader returns None (or its empty value) where the argument is absent or null, and raises
    InvalidSupergraphError where it is of another type.
    """

    __slots__ = ("_name", "_values")

    def __init__(self, name: str, values: dict[str, ValueNode]) -> None:
        self._name = name
        self._values = values

    @classmethod
    def of(cls, directive: ConstDirectiveNode) -> Arguments:
        """The arguments as applied."""
        values: dict[str, ValueNode] = {argument.name.value: argument.value for argument in directive.arguments or ()}
        return cls(f"@{directive.name.value}", values)

    @classmethod
    def of_object(cls, name: str, node: ValueNode) -> Arguments:
        """The fields of an input object value, which read as arguments do."""
        if not isinstance(node, ObjectValueNode):
            raise InvalidSupergraphError(f"{name} should be an input object, not {print_ast(node)}")
        return cls(name, {field.name.value: field.value for field in node.fields or ()})

    def string(self, argument: str) -> str | None:
        """A string, or None."""
        return self._read(argument, "a string", lambda node: isinstance(node, StringValueNode) and node.value)

    def enum(self, argument: str) -> str | None:
        """The name of an enum value, or None."""
        return self._read(argument, "an enum value", lambda node: isinstance(node, EnumValueNode) and node.value)

    def flag(self, argument: str, *, default: bool = False) -> bool:
        """A Boolean."""
        node = self._values.get(argument)
        if node is None or isinstance(node, NullValueNode):
            return default
        if not isinstance(node, BooleanValueNode):
            raise self._mistyped(argument, "a Boolean", node)
        return node.value

    def items(self, argument: str) -> tuple[ValueNode, ...]:
        """The items of a list; a single value stands for a list of one."""
        node = self._values.get(argument)
        if node is None or isinstance(node, NullValueNode):
            return ()
        return tuple(node.values) if isinstance(node, ListValueNode) else (node,)

    def enums(self, argument: str) -> tuple[str, ...]:
        """The names of a list of enum values."""
        names = []
        for item in self.items(argument):
            if not isinstance(item, EnumValueNode):
                raise self._mistyped(argument, "a list of enum values", item)
            names.append(item.value)
        return tuple(names)

    def texts(self, argument: str) -> tuple[tuple[str, str], ...]:
        """The fields of an input object as (name, GraphQL text)."""
        node = self._values.get(argument)
        if node is None or isinstance(node, NullValueNode):
            return ()
        if not isinstance(node, ObjectValueNode):
            raise self._mistyped(argument, "an input object", node)
        return tuple((field.name.value, print_ast(field.value)) for field in node.fields)

    def needed(self, argument: str, value: str | None) -> str:
        """The value, which must not be None."""
        if value is None:
            raise InvalidSupergraphError(f"{self._name} lacks its argument `{argument}`")
        return value

    def _read(self, argument: str, expected: str, read: Callable[[ValueNode], str | bool]) -> str | None:
        node = self._values.get(argument)
        if node is None or isinstance(node, NullValueNode):
            return None
        value = read(node)
        if not isinstance(value, str):
            raise self._mistyped(argument, expected, node)
        return value

    def _mistyped(self, argument: str, expected: str, node: ValueNode) -> InvalidSupergraphError:
        return InvalidSupergraphError(f"{self._name}: `{argument}` should be {expected}, not {print_ast(node)}")
