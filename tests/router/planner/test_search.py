"""The search for smaller plans finds what greedy choices miss, and is bounded."""

from __future__ import annotations

import pytest

from hanse_router.operation import Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.planner import Planner
from hanse_router.planner.budget import Budget
from hanse_router.planner.find_paths import PathFinder
from hanse_router.planner.graph_view import GraphView
from hanse_router.planner.merge import merge_fields
from hanse_router.planner.roots import place_together
from hanse_router.planner.search import MAX_STEPS, Size, size_of
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from tests.router.planning import operation_of

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])\n'


def overlapping(count: int, times: int = 1) -> tuple[Planner, Operation]:
    """Subgraphs that share a root field, each with two of its object's fields; and all fields asked so many times."""
    fields = [f"f{number}: Int" for number in range(count + 1)]
    sources = [
        SubgraphSource(
            f"s{number}",
            f"{_LINK} type Query {{ x: X @shareable }} type X @shareable {{ {' '.join(fields[number : number + 2])} }}",
            "",
        )
        for number in range(count)
    ]
    composition = compose(sources)
    assert composition.supergraph is not None, composition.errors
    planner = Planner(composition.supergraph)
    asked = " ".join(f"f{number}" for number in range(count + 1))
    return planner, operation_of(planner, f"{{ {' '.join(f'x{number}: x {{ {asked} }}' for number in range(times))} }}")


def planned(planner: Planner, operation: Operation) -> tuple[Size, int]:
    """The size of the plan, and the steps that its choices took."""
    budget = Budget()
    finder = PathFinder(GraphView(planner.graph), budget)
    fetches = place_together(merge_fields(planner.graph, operation, ()), finder, OperationKind.QUERY)
    return size_of(fetches), budget.spent


@pytest.mark.parametrize(("count", "requests"), [(1, 1), (2, 2), (3, 2), (5, 3)])
def test_no_subgraph_is_called_without_need(count: int, requests: int) -> None:
    size, _ = planned(*overlapping(count))
    assert size == Size(1, requests)


def test_the_search_is_bounded() -> None:
    """With ten times the fields the steps are at most fifteen times as many; it ends at its own limit."""
    _, few = planned(*overlapping(12, 10))
    _, many = planned(*overlapping(12, 100))
    assert many < 15 * few
    _, most = planned(*overlapping(12, 1000))
    assert most < 10 * many + 2 * MAX_STEPS
