"""The choices of generators, drawn by Hypothesis: failing examples shrink towards the first options and towards no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Chance:
    """Draws choices one by one."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def happens(self, percent: int) -> bool:
        """Whether something happens that happens in so many of a hundred cases."""
        number: int = self._draw(st.integers(0, 99))
        return number >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        picked: T = self._draw(st.sampled_from(options))
        return picked

    def count(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        number: int = self._draw(st.integers(low, high))
        return number

    def some(self, options: Sequence[T], low: int, high: int) -> list[T]:
        """Different options, in any order."""
        high = min(high, len(options))
        indices = self._draw(
            st.lists(st.integers(0, len(options) - 1), min_size=min(low, high), max_size=high, unique=True)
            if options
            else st.just([])
        )
        return [options[index] for index in indices]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        order: list[T] = self._draw(st.permutations(items)) if items else []
        return order
