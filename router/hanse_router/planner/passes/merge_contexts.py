"""Merge entity fetches with context variables that differ only in response paths."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from hanse_router.planner.budget import Budget
from hanse_router.planner.conditions import either
from hanse_router.planner.operation_text import renamed
from hanse_router.planner.requests import Group, Request


def merge_contexts(requests: list[Request], budget: Budget) -> list[Request]:
    """Merge the requests of one subgraph and level: values and paths select the alias of each entity."""
    kept: list[Request] = []
    alike: dict[Hashable, Request] = {}
    for request in requests:
        if not (request.groups and request.groups[0].contexts):
            kept.append(request)
            continue
        budget.spend()
        (group,) = request.groups
        first = alike.setdefault((request.graph, request.level, *_kind(group)), request)
        if first is request:
            kept.append(request)
        else:
            _merge(first, request)
    return kept


def _kind(group: Group) -> tuple[Hashable, ...]:
    """The part that must be equal for a merge: all but paths, with numbers for the names of variables."""
    names = {context.variable: f"${number}" for number, context in enumerate(group.contexts)}
    contexts = tuple((context.type, context.required) for context in group.contexts)
    return group.inputs, group.recovers_type, contexts, renamed(group.selections, names)


def _merge(first: Request, other: Request) -> None:
    (held,), (group,) = first.groups, other.groups
    held.paths += group.paths
    held.contexts = tuple(
        replace(one, depths=one.depths + more.depths) for one, more in zip(held.contexts, group.contexts, strict=True)
    )
    held.conditions = either(held.conditions, group.conditions)
    first.conditions = either(first.conditions, other.conditions)
    first.fetch_nodes += other.fetch_nodes
