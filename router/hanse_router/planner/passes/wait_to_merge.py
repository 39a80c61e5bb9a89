"""Delay an entity fetch to merge it with a later one of its subgraph, if the plan gets no more levels."""

from __future__ import annotations

from collections import Counter, defaultdict

from hanse_router.planner.budget import Budget
from hanse_router.planner.requests import Request

Stage = tuple[str, int]
Moves = dict[Request, int]


def wait_to_merge(requests: list[Request], budget: Budget) -> list[Request]:
    """Move requests to later levels while that saves fetches and adds no levels."""
    stages: defaultdict[str, set[int]] = defaultdict(set)
    for request in requests:
        if request.joins_others:
            stages[request.graph].add(request.level)
    if any(len(levels) > 1 for levels in stages.values()):
        _Timetable(requests, budget).improve()
    return requests


class _Timetable:
    """The level of each request."""

    def __init__(self, requests: list[Request], budget: Budget) -> None:
        self._budget = budget
        self._last = max(request.level for request in requests)
        by_fetch_node = {fetch_node: request for request in requests for fetch_node in request.fetch_nodes}
        self._after: defaultdict[Request, set[Request]] = defaultdict(set)
        for request in requests:
            for before in {
                by_fetch_node[fetch_node] for one in request.fetch_nodes for fetch_node in one.depends_on
            } - {request}:
                self._after[before].add(request)
        self._held: defaultdict[Stage, dict[Request, None]] = defaultdict(dict)
        for request in requests:
            if request.joins_others:
                self._held[_stage(request)][request] = None

    def improve(self) -> None:
        """The levels, the latest first."""
        for stage in sorted(self._held, key=lambda stage: (-stage[1], stage[0])):
            moves = self._emptied(stage)
            if moves and self._saves(moves):
                self._make(moves)

    def _emptied(self, stage: Stage) -> Moves | None:
        """Moves of each request of a level to a later request of its subgraph; None if one has to stay."""
        graph, level = stage
        later = sorted(other for name, other in self._held if name == graph and other > level)
        moves: Moves = {}
        for request in self._held[stage]:
            arrivals = (self._moves(request, to, moves) for to in later)
            arrival = next((arrival for arrival in arrivals if arrival is not None), None)
            if arrival is None:
                return None
            moves.update(arrival)
        return moves

    def _moves(self, request: Request, level: int, others: Moves) -> Moves | None:
        """The moves of the request and of its dependents after the others; None if the plan gets more levels."""
        moves: Moves = {}
        pending = [(request, level)]
        while pending:
            moved, to = pending.pop()
            if to > self._last:
                return None
            if to > max(moved.level, moves.get(moved, 0), others.get(moved, 0)):
                moves[moved] = to
                after = self._after[moved]
                self._budget.spend(1 + len(after))
                pending += [(one, to + 1) for one in after]
        return moves

    def _saves(self, moves: Moves) -> bool:
        counts = Counter({stage: len(held) for stage, held in self._held.items()})
        for request, to in moves.items():
            if request.joins_others:
                counts[_stage(request)] -= 1
                counts[request.graph, to] += 1
        return sum(count > 0 for count in counts.values()) < len(self._held)

    def _make(self, moves: Moves) -> None:
        for request, to in moves.items():
            if request.joins_others:
                stage = _stage(request)
                del self._held[stage][request]
                if not self._held[stage]:
                    del self._held[stage]
                self._held[request.graph, to][request] = None
            request.level = to


def _stage(request: Request) -> Stage:
    return request.graph, request.level
