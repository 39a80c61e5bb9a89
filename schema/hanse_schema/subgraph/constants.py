"""Whether constant values fit the types they are given for, as GraphQL coerces them.

Spec: https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
"""

from __future__ import annotations

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from hanse_schema.subgraph.model import Kind, TypeDef
from hanse_schema.type_ref import is_list, is_non_null, item_of, named_type, nullable

_INT_DIGITS = 10  # of the largest, 2147483647
_INT_LIMIT = 2**31
_LITERALS: dict[str, tuple[type[ValueNode], ...]] = {
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "String": (StringValueNode,),
    "Boolean": (BooleanValueNode,),
    "ID": (StringValueNode, IntValueNode),
}


class ConstantChecker:
    """Checks values against the types of one schema. A type that is not among them takes any value."""

    def __init__(self, types: dict[str, TypeDef]) -> None:
        self._types = types

    def problem(self, value: ValueNode, type_ref: str) -> str | None:
        """Why the value is not of the type, as the end of a sentence; None if it is."""
        if isinstance(value, VariableNode):
            return f"the variable ${value.name.value}, where only a constant is allowed"
        if isinstance(value, NullValueNode):
            return f"null, where {type_ref} takes none" if is_non_null(type_ref) else None
        bare = nullable(type_ref)
        if is_list(bare):
            items = value.values if isinstance(value, ListValueNode) else (value,)
            found = (self.problem(item, item_of(bare)) for item in items)
            return next((problem for problem in found if problem), None)
        return self._named_problem(value, named_type(bare))

    def _named_problem(self, value: ValueNode, name: str) -> str | None:
        literals = _LITERALS.get(name)
        if literals is not None:
            if not isinstance(value, literals):
                return f"a value that is no {name}"
            too_large = name == "Int" and isinstance(value, IntValueNode) and not _fits_32_bits(value.value)
            return "an integer beyond 32 bits" if too_large else None
        definition = self._types.get(name)
        if definition is None or definition.kind is Kind.SCALAR:
            return None
        if definition.kind is Kind.ENUM:
            # Apollo's composer accepts a string for an enum value, and schemas rely on it.
            if not isinstance(value, EnumValueNode | StringValueNode) or value.value not in definition.values:
                return f"a value that the enum {name} does not have"
            return None
        if definition.kind is Kind.INPUT_OBJECT:
            return self._object_problem(value, definition)
        return f"a value of {name}, which is no input type"

    def _object_problem(self, value: ValueNode, definition: TypeDef) -> str | None:
        if not isinstance(value, ObjectValueNode):
            return f"a value that is no {definition.name}"
        given = {field.name.value: field.value for field in value.fields}
        for name, inner in given.items():
            field = definition.input_fields.get(name)
            if field is None:
                return f"a {definition.name} with a field `{name}`, which it does not have"
            problem = self.problem(inner, field.type)
            if problem:
                return problem
        return None  # omitted fields are not checked, as in Apollo's composer


def _fits_32_bits(text: str) -> bool:
    return len(text) <= _INT_DIGITS + 1 and -_INT_LIMIT <= int(text) < _INT_LIMIT
