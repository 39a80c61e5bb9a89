"""Merge the entity fetches of one subgraph and level into one request."""

from __future__ import annotations

from hanse_router.planner.budget import Budget
from hanse_router.planner.conditions import either
from hanse_router.planner.requests import Request


def merge_siblings(requests: list[Request], budget: Budget) -> list[Request]:
    """Merge entity requests of one subgraph and level; each keeps its own `_entities` field."""
    budget.spend(len(requests))
    kept: list[Request] = []
    by_stage: dict[tuple[str, int], Request] = {}
    for request in requests:
        if not request.joins_others:
            kept.append(request)
            continue
        stage = (request.graph, request.level)
        first = by_stage.get(stage)
        if first is None:
            by_stage[stage] = request
            kept.append(request)
            continue
        first.fetch_nodes += request.fetch_nodes
        first.groups += request.groups
        first.conditions = either(first.conditions, request.conditions)
    return kept
