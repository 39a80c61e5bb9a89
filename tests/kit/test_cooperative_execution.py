"""Lists that are completed in several time slices are completed as graphql-core does."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from hanse_subgraph import cooperative_execution
from hanse_subgraph.cooperative_execution import CooperativeExecution, TimeSlice
from tests.hostile.probe import probed


@dataclass
class Plan:
    """What a node resolves to: a number, null, an error; at once or later."""

    value: int | None
    fails: bool
    is_late: bool
    below: list[Plan | None] = field(default_factory=list)


def resolved(plan: Plan) -> Any:
    """The value of a node, or an awaitable of it."""

    def now() -> int | None:
        if plan.fails:
            raise ValueError(f"no value {plan.value}")
        return plan.value

    async def later() -> int | None:
        await asyncio.sleep(0)
        return now()

    return later() if plan.is_late else now()


def nodes(plan: Plan) -> Any:
    """The nodes below."""
    found = [None if below is None else Node(plan=below) for below in plan.below]

    async def later() -> list[Node | None]:
        await asyncio.sleep(0)
        return found

    return later() if plan.is_late else found


@strawberry.type
class Node:
    """One object of a list."""

    plan: strawberry.Private[Plan]

    @strawberry.field
    def value(self) -> int | None:
        """May be null."""
        return resolved(self.plan)  # type: ignore[no-any-return]

    @strawberry.field
    def number(self) -> int:
        """May not be null."""
        return resolved(self.plan)  # type: ignore[no-any-return]

    @strawberry.field
    def nodes(self) -> list[Node | None] | None:
        """Both may be null."""
        return nodes(self.plan)  # type: ignore[no-any-return]

    @strawberry.field
    def whole(self) -> list[Node] | None:
        """An item that is null makes the list null."""
        return nodes(self.plan)  # type: ignore[no-any-return]

    @strawberry.field
    def strict(self) -> list[Node]:
        """An item that is null makes the object null."""
        return nodes(self.plan)  # type: ignore[no-any-return]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def root(self) -> Node | None:
        """The outermost node."""
        return Node(plan=ROOT[0])


ROOT: list[Plan] = [Plan(0, False, False)]
PLAIN = strawberry.Schema(Query)
COOPERATIVE = strawberry.Schema(Query, execution_context_class=CooperativeExecution)

FIELDS = ("value", "number", "nodes", "whole", "strict")
PLANS = st.recursive(
    st.builds(Plan, st.one_of(st.none(), st.integers(0, 9)), st.sampled_from([False] * 5 + [True]), st.booleans()),
    lambda below: st.builds(
        Plan, st.integers(0, 9), st.just(False), st.booleans(), st.lists(st.one_of(st.none(), below), max_size=6)
    ),
    max_leaves=30,
)


def selections(depth: int) -> st.SearchStrategy[str]:
    """Selection sets of a node."""
    leaf = st.lists(st.sampled_from(FIELDS[:2]), min_size=1, unique=True).map(" ".join)
    if depth == 0:
        return leaf
    below = st.lists(
        st.tuples(st.sampled_from(FIELDS[2:]), selections(depth - 1)), max_size=3, unique_by=lambda x: x[0]
    )
    return st.tuples(leaf, below).map(lambda one: " ".join([one[0], *(f"{name} {{ {sub} }}" for name, sub in one[1])]))


async def executed(schema: strawberry.Schema, query: str) -> tuple[Any, set[tuple[str, tuple[str | int, ...]]]]:
    """The data, and the errors in any order."""
    result = await schema.execute(query)
    assert isinstance(result, ExecutionResult)
    while others := asyncio.all_tasks() - {asyncio.current_task()}:  # what an error has left runs in the background
        await asyncio.gather(*others, return_exceptions=True)
    return result.data, {(error.message, tuple(error.path or ())) for error in result.errors or ()}


@pytest.fixture
def always_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every time slice end after one item, as if each took long."""
    monkeypatch.setattr(cooperative_execution, "SLICE_SECONDS", -1.0)
    logging.disable(logging.CRITICAL)  # records keep the frames of errors
    yield
    logging.disable(logging.NOTSET)
    gc.collect()  # while the test's filter of warnings holds


# When an item fails, graphql-core cancels its siblings, and some have not started.


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("always_over")
@settings(max_examples=300, deadline=None)
@given(plan=PLANS, selection=selections(3))
def test_the_result_is_that_of_graphql_core(plan: Plan, selection: str) -> None:
    ROOT[0] = plan
    query = f"{{ root {{ {selection} }} }}"
    (data, errors), (expected, expected_errors) = (
        asyncio.run(executed(schema, query)) for schema in (COOPERATIVE, PLAIN)
    )
    assert data == expected
    # Of several errors that make one value null, either may be reported (GraphQL specification, 6.4.4).
    assert bool(errors) == bool(expected_errors)


async def test_a_long_list_leaves_the_event_loop_free() -> None:
    ROOT[0] = Plan(0, False, False, [Plan(n, False, False, [Plan(n, False, False)] * 20) for n in range(400)])
    async with probed() as probe:
        data, errors = await executed(COOPERATIVE, "{ root { nodes { value strict { value number } } } }")
    assert not errors
    assert len(data["root"]["nodes"]) == 400
    assert probe.longest < 0.1


async def test_a_cancelled_execution_leaves_nothing_behind() -> None:
    ROOT[0] = Plan(0, False, False, [Plan(n, False, True) for n in range(2_000)])
    task = asyncio.create_task(executed(COOPERATIVE, "{ root { nodes { a: value b: value c: number } } }"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gc.collect()  # a coroutine that was never awaited is a warning, and so an error


def test_a_loop_that_stopped_leaves_its_time_slice_to_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooperative_execution, "SLICE_SECONDS", 0.0)
    time_slice = TimeSlice()
    stopped = asyncio.new_event_loop()
    stopped.call_soon(time_slice.is_over)
    stopped.call_soon(stopped.stop)
    stopped.run_forever()
    stopped.close()

    async def is_over() -> bool:
        return time_slice.is_over()

    assert not asyncio.run(is_over())
