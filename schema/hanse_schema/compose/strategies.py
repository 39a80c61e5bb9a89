"""Strategies for merging differing values of a directive argument. None is no value."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

Strategy = Callable[[Any, Any], Any]


def maximum(one: Any, other: Any) -> Any:
    """The larger number."""
    return _given(one, other) if one is None or other is None else max(one, other)


def union(one: Any, other: Any) -> Any:
    """The items of both lists, without duplicates."""
    return _given(one, other) if one is None or other is None else list(dict.fromkeys([*one, *other]))


def both(one: Any, other: Any) -> Any:
    """True if both are."""
    return _given(one, other) if one is None or other is None else one and other


def all_of_both(one: list[list[str]], other: list[list[str]]) -> list[list[str]]:
    """The alternatives that satisfy both lists of alternatives: each of one combined with each of the other.

    Alternatives that require more than another one are redundant and omitted. An empty list of alternatives
    requires nothing.
    """
    mine, theirs = set(map(frozenset, one)), set(map(frozenset, other))
    if mine == theirs or not mine or not theirs:
        return [sorted(set(group)) for group in one or other]
    combined = {left | right for left, right in product(mine, theirs)}
    kept = [sorted(group) for group in combined if not any(less < group for less in combined)]
    return sorted(kept, key=lambda group: (len(group), group))


def _given(one: Any, other: Any) -> Any:
    return other if one is None else one
