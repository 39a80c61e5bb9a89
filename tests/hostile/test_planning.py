"""Operations that cost much to plan: the work has a budget, and grows no faster than the operation."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hanse_router.operation import SkipInclude
from hanse_router.planner import Planner, TooComplexError
from hanse_router.planner.budget import Budget
from hanse_router.planner.conditions import any_of
from hanse_router.settings import LimitSettings
from hanse_schema.supergraph import parse_supergraph
from tests.hostile.documents import Published, doubling, published_sdl
from tests.hostile.probe import no_stall
from tests.router.planner.test_bounds import calls_of
from tests.router.planning import operation_of, plan_of
from tests.router.platform import Platform


@cache
def planner(max_steps: int = LimitSettings().max_plan_steps) -> Planner:
    """The planner of the platform's own supergraph."""
    return Planner(parse_supergraph(published_sdl()), max_steps=max_steps)


def calls_to_plan(text: str) -> int:
    """The work of planning, in calls of functions."""
    operation = operation_of(planner(), text)
    planner().plan(operation)  # with look-ups that are made once
    return calls_of(lambda: planner().plan(operation))


def entities_below_aliases(count: int) -> str:
    """The same entity fetch below many response paths."""
    aliases = " ".join(f"p{n}: products(first: 1) {{ nodes {{ seller {{ username }} }} }}" for n in range(count))
    return f"{{ me {{ {aliases} }} }}"


def selections_that_differ(count: int) -> str:
    """Entity fetches of one subgraph that cannot be one, since each selects something else."""
    aliases = " ".join(f"p{n}: products(first: 1) {{ nodes {{ seller {{ u{n}: username }} }} }}" for n in range(count))
    return f"{{ me {{ {aliases} }} }}"


def conditions_that_differ(count: int) -> str:
    """One entity fetch under many conditions."""
    variables = " ".join(f"$v{n}: Boolean!" for n in range(count))
    uses = " ".join(f"... @include(if: $v{n}) {{ seller {{ username }} }}" for n in range(count))
    return f"query({variables}) {{ product(id: 1) {{ {uses} }} }}"


@pytest.mark.parametrize("make", [entities_below_aliases, selections_that_differ, conditions_that_differ])
def test_ten_times_the_operation_takes_no_more_than_fifteen_times_the_work(make: Callable[[int], str]) -> None:
    assert calls_to_plan(make(300)) < 15 * calls_to_plan(make(30))


def test_fragments_that_double_at_each_level_are_planned_in_proportion_to_their_fields() -> None:
    assert calls_to_plan(doubling(4)) < 6 * calls_to_plan(doubling(3))  # four times the fields


def test_planning_stops_at_its_budget() -> None:
    with pytest.raises(TooComplexError, match="more than 1000 steps"):
        plan_of(planner(1_000), doubling(3))


def test_a_budget_permits_as_many_steps_as_it_says() -> None:
    budget = Budget(10)
    budget.spend(4)
    budget.spend(6)
    assert budget.spent == 10
    with pytest.raises(TooComplexError):
        budget.spend()


def test_many_sets_of_conditions_are_not_compared_pair_by_pair() -> None:
    sets = [frozenset({SkipInclude(f"v{n}"), SkipInclude(f"w{n % 7}")}) for n in range(1_000)]
    assert calls_of(lambda: any_of(sets)) < 100 * len(sets)


async def test_a_client_is_told_that_its_operation_is_too_complex(tmp_path: Path) -> None:
    platform = Platform(tmp_path, limits={"max_plan_steps": 3}, authorization={"enabled": False})
    reply = await platform.post("{ me { email score } }")
    assert (reply.status, reply.codes) == (400, ["QUERY_TOO_COMPLEX"])
    assert "limits.max_plan_steps" in reply.json["errors"][0]["message"]


@pytest.mark.usefixtures("collecting_as_in_production")
async def test_planning_does_not_stall_the_loop(tmp_path: Path) -> None:
    """The fast path is generated at the second execution, and a plan for other variables at the third."""
    platform = Published(tmp_path, authorization={"enabled": False}, demand_control={"mode": "off"})
    conditional = doubling(5).replace("query Q", "query Q($v: Boolean!)").replace("a2:", "a2_: id @skip(if: $v) a2:")
    async with no_stall():
        for value in (True, True, False):
            assert (await platform.post(doubling(5))).status == 200
            assert (await platform.post(conditional, variables={"v": value})).status == 200


def test_a_plan_leaves_no_garbage_in_cycles() -> None:
    operation = operation_of(planner(), doubling(3))
    planner().plan(operation)
    planner(1_000)
    gc.collect()
    gc.disable()
    try:
        planner().plan(operation)
        with pytest.raises(TooComplexError):
            planner(1_000).plan(operation)
        assert gc.collect() < 100
    finally:
        gc.enable()
