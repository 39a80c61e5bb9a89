"""Compare the greedy fetch graph with others, each of which avoids some subgraphs, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hanse_router.planner.budget import Budget
from hanse_router.planner.fetch_graph import FetchGraph
from hanse_router.planner.query_tree import KeyArrival, Leaf, Option, Position, RootArrival

MAX_ATTEMPTS = 16
MAX_STEPS = 20_000  # of the plan's budget, for all attempts; an attempt that has begun may take more

Subgraphs = frozenset[str]
_NONE: Subgraphs = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """The size of a plan: `levels` count before `requests`."""

    levels: int
    requests: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A fetch graph, and the subgraphs that were chosen for it where there were others."""

    fetches: FetchGraph
    chosen: Subgraphs


def best_fetch_graph(leaves: list[Leaf], attempt: Callable[[Subgraphs], Attempt], budget: Budget) -> FetchGraph:
    """The smallest fetch graph found; the greedy one if no other is smaller. Raises TooComplexError.

    `attempt` places all leaves, in other subgraphs than the given ones where there is a choice.
    """
    best, avoided = attempt(_NONE), _NONE
    needed = _Needed()
    smallest = needed.min_size(leaves)
    size, attempts = size_of(best.fetches), 0
    # An attempt takes about as many steps as the first. What can be planned at all is not refused for the search.
    limit = min(budget.spent + MAX_STEPS, budget.max_steps // 3)
    pending = sorted(best.chosen - needed.subgraphs)
    while size > smallest and pending and attempts < MAX_ATTEMPTS and budget.spent < limit:
        attempts += 1
        avoid = avoided | {pending.pop(0)}
        other = attempt(avoid)
        other_size = size_of(other.fetches)
        if other_size < size:
            best, size, avoided = other, other_size, avoid
            pending = sorted(best.chosen - needed.subgraphs - avoided)
    return best.fetches


def size_of(fetches: FetchGraph) -> Size:
    """The size of the plan that a fetch graph becomes: entity fetches of a subgraph and level are one request."""
    requests = {
        (fetch.graph, fetch.level, None if fetch.is_entity and not fetch.contexts else fetch.id)
        for fetch in fetches.fetch_nodes
    }
    return Size(fetches.depth(), len(requests))


@dataclass(slots=True)
class _Needed:
    """The subgraphs that every plan calls."""

    subgraphs: Subgraphs = _NONE
    _on_all_paths: dict[Option, Subgraphs] = field(default_factory=dict)
    _at: dict[Position, Subgraphs] = field(default_factory=dict)

    def min_size(self, leaves: list[Leaf]) -> Size:
        """A size that no plan of the leaves is below."""
        levels = 0
        for leaf in leaves:
            options = [candidate.option for candidate in leaf.candidates]
            self.subgraphs |= _common(map(self._of, options))
            levels = max(levels, min((option.level for option in options), default=0))
        return Size(levels, len(self.subgraphs))

    def _of(self, option: Option) -> Subgraphs:
        known = self._on_all_paths.get(option)
        if known is None:
            self._on_all_paths[option] = _NONE  # keys that lead to each other
            known = self._on_all_paths[option] = self._above(option) | {option.node.graph}
        return known

    def _above(self, option: Option) -> Subgraphs:
        found: list[Subgraphs] = []
        for arrival in (*option.arrivals, *option.late):
            if isinstance(arrival, RootArrival):
                return _NONE
            found.append(
                self._before_keys(option.position) if isinstance(arrival, KeyArrival) else self._of(arrival.option)
            )
        return _common(found)

    def _before_keys(self, position: Position) -> Subgraphs:
        """The subgraphs on all paths to the objects of a position, before they are entered by key."""
        known = self._at.get(position)
        if known is None:
            self._at[position] = _NONE
            options = [option for option in position.options.values() if not option.is_entry]
            known = self._at[position] = _common(map(self._of, options))
        return known


def _common(sets: Iterable[Subgraphs]) -> Subgraphs:
    found = list(sets)
    return frozenset.intersection(*found) if found else _NONE
