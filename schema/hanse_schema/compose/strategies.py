"""How the values merge that several subgraphs give to one argument of a directive. None stands for no value."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

Strategy = Callable[[Any, Any], Any]


def largest(one: Any, other: Any) -> Any:
    """The larger number."""
    return _given(one, other) if one is None or other is None else max(one, other)


def union(one: Any, other: Any) -> Any:
    """The items of both lists, each once."""
    return _given(one, other) if one is None or other is None else list(dict.fromkeys([*one, *other]))


def both(one: Any, other: Any) -> Any:
    """True if both are."""
    return _given(one, other) if one is None or other is None else one and other


def all_of_both(one: list[list[str]], other: list[list[str]]) -> list[list[str]]:
    """What satisfies both of two alternatives of requirements: each of one together with each of the other.

    Alternatives that ask for more than another one does are left out, as they change nothing. No alternative at all
    asks for nothing.
    """
    mine, theirs = set(map(frozenset, one)), set(map(frozenset, other))
    if mine == theirs or not mine or not theirs:
        return [sorted(set(group)) for group in one or other]
    combined = {left | right for left, right in product(mine, theirs)}
    kept = [sorted(group) for group in combined if not any(less < group for less in combined)]
    return sorted(kept, key=lambda group: (len(group), group))


def _given(one: Any, other: Any) -> Any:
    return other if one is None else one
