"""Checks leaf values of subgraphs: valid ones stay unchanged, invalid ones become INVALID."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLLeafType

INVALID: Final = object()
INT_MIN, INT_MAX = -(2**31), 2**31 - 1

Leaf = Callable[[Any], Any]


def leaf(type_: GraphQLLeafType) -> Leaf:
    """A function from a value that is not null to the same value, or to INVALID.

    Two values are coerced, as the specification lets a result be (3.5): an integer as an ID, and a whole float as an
    Int. Custom scalars are the subgraphs' own matter. Values of an enum that clients do not see are wrong.
    """
    if isinstance(type_, GraphQLEnumType):
        return _enum(frozenset(type_.values))
    return _BUILT_IN.get(type_.name, _any)


def _enum(names: frozenset[str]) -> Leaf:
    return lambda value: value if isinstance(value, str) and value in names else INVALID


def _string(value: Any) -> Any:
    return value if isinstance(value, str) else INVALID


def _id(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else INVALID


def _int(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and INT_MIN <= value <= INT_MAX:
        return value
    return INVALID


def _float(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else INVALID


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else INVALID


def _any(value: Any) -> Any:
    return value


_BUILT_IN: dict[str, Leaf] = {"String": _string, "ID": _id, "Int": _int, "Float": _float, "Boolean": _boolean}
