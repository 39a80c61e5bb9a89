"""Passes over the requests, one per file, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable

from hanse_router.planner.budget import Budget
from hanse_router.planner.passes.merge_contexts import merge_contexts
from hanse_router.planner.passes.merge_groups import merge_groups
from hanse_router.planner.passes.merge_siblings import merge_siblings
from hanse_router.planner.passes.wait_to_merge import wait_to_merge
from hanse_router.planner.passes.wire_aliases import add_wire_aliases
from hanse_router.planner.requests import Request

Pass = Callable[[list[Request], Budget], list[Request]]

PASSES: tuple[Pass, ...] = (
    wait_to_merge,
    merge_siblings,
    merge_contexts,
    merge_groups,
    add_wire_aliases,
)


def run_passes(requests: list[Request], budget: Budget) -> list[Request]:
    """Run every pass. Raises TooComplexError if the budget is spent."""
    for rewrite in PASSES:
        requests = rewrite(requests, budget)
    return requests
