"""Planning never explodes: graphs that are made to, each with a bound on the work, in calls of functions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Any

import pytest
from graphql import parse, validate

from hanse_router.planner import Planner
from hanse_router.planner.print_plan import fetches_of
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import api_schema
from tests.router.planning import plan_of

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",'
    ' import: ["@key", "@shareable", "@external", "@requires"])\n'
)
SUBGRAPHS = 30
DEPTH = 6
IMPLEMENTATIONS = 40
CHAIN = 24
CIRCLE = 20


def values_in_30_subgraphs() -> list[str]:
    """Value types nested six deep, shared by 30 subgraphs, each of which has a field of its own in each."""
    return [_nested(number, "type L{0}") for number in range(SUBGRAPHS)]


def entities_in_30_subgraphs() -> list[str]:
    """The same with entities: each can be left and entered at every depth."""
    return [_nested(number, 'type L{0} @key(fields: "id")', "id: ID! @shareable") for number in range(SUBGRAPHS)]


def _nested(number: int, head: str, key: str = "") -> str:
    types = [
        f"{head.format(depth)} {{ {key} {f'next: L{depth + 1} @shareable' if depth < DEPTH else ''}"
        f" all: String @shareable x{number}_{depth}: String }}"
        for depth in range(DEPTH + 1)
    ]
    return "\n".join(["type Query { start: L0 @shareable }", *types])


def an_interface_in_3_subgraphs() -> list[str]:
    """An interface with 40 implementations, whose fields are spread over three subgraphs."""
    parts = ("name: String rel: [I]", "price: Int", "stock: Int")
    return [
        f"{'type Query { all: [I] }' if number == 0 else ''} interface I {{ id: ID! {fields} }}\n"
        + "\n".join(
            f'type T{i} implements I @key(fields: "id") {{ id: ID! @shareable {fields} }}'
            for i in range(IMPLEMENTATIONS)
        )
        for number, fields in enumerate(parts)
    ]


def a_chain_of_requirements() -> list[str]:
    """Each subgraph requires the fields of the two before it, so the ways to write it all out are many."""
    first = 'type Query { start: E } type E @key(fields: "id") { id: ID! r0: Int r1: Int }'
    return [
        first,
        *(
            f'type E @key(fields: "id") {{ id: ID! r{i - 1}: Int @external r{i - 2}: Int @external'
            f' r{i}: Int @requires(fields: "r{i - 1} r{i - 2}") }}'
            for i in range(2, CHAIN)
        ),
    ]


def a_circle_of_keys() -> list[str]:
    """Each of 20 subgraphs knows its own key and its neighbour's."""
    return [
        f"{'type Query { start: E }' if i == 0 else ''}"
        f' type E @key(fields: "k{i}") @key(fields: "k{(i + 1) % CIRCLE}") {{ k{i}: ID! @shareable'
        f" k{(i + 1) % CIRCLE}: ID! @shareable f{i}: Int next: E @shareable }}"
        for i in range(CIRCLE)
    ]


@cache
def planned_over(make: Callable[[], Iterable[str]]) -> tuple[Planner, Any]:
    """The planner of a graph, and its API schema."""
    composition = compose([SubgraphSource(f"s{number}", _LINK + sdl) for number, sdl in enumerate(make())])
    assert composition.supergraph is not None, composition.errors[:3]
    return Planner(composition.supergraph), api_schema(composition.supergraph)


def every_field(depth: int = 0) -> str:
    """All fields of all subgraphs, at every depth: 217 of them."""
    own = " ".join(f"x{number}_{depth}" for number in range(SUBGRAPHS))
    return f"all {own}" + (f" next {{ {every_field(depth + 1)} }}" if depth < DEPTH else "")


def through_the_interface(depth: int) -> str:
    """Three fields of the interface and on to others, again and again."""
    return "name price stock" + (f" rel {{ {through_the_interface(depth - 1)} }}" if depth else "")


@dataclass(frozen=True)
class Hard:
    """An operation that is hard to plan, with what it may take."""

    graph: Callable[[], Iterable[str]]
    text: str
    fetches: int
    levels: int
    calls: int


BY_TYPE = " ".join(
    f"... on T{i} {{ price stock rel {{ price ... on T{(i + 1) % IMPLEMENTATIONS} {{ stock }} }} }}"
    for i in range(IMPLEMENTATIONS)
)
CASES = {
    "shared values": Hard(values_in_30_subgraphs, f"{{ start {{ {every_field()} }} }}", 30, 1, 150_000),
    "shared entities": Hard(entities_in_30_subgraphs, f"{{ start {{ {every_field()} }} }}", 30, 1, 150_000),
    "an interface": Hard(an_interface_in_3_subgraphs, f"{{ all {{ {through_the_interface(DEPTH)} }} }}", 3, 2, 350_000),
    "types one by one": Hard(an_interface_in_3_subgraphs, f"{{ all {{ {BY_TYPE} }} }}", 3, 2, 1_500_000),
    "requirements": Hard(a_chain_of_requirements, f"{{ start {{ r{CHAIN - 1} }} }}", 23, 23, 60_000),
    "the far side of a circle": Hard(
        a_circle_of_keys, "{ start { f10 next { f5 next { f15 next { f7 next { f1 } } } } } }", 16, 11, 80_000
    ),
    "all round a circle": Hard(
        a_circle_of_keys, f"{{ start {{ {' '.join(f'f{i}' for i in range(CIRCLE))} }} }}", 20, 11, 80_000
    ),
}


def calls_of(work: Callable[[], object]) -> int:
    """How many calls of Python functions the work takes: the same on every machine, however busy."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("hard", CASES.values(), ids=CASES)
def test_planning_does_not_explode(hard: Hard) -> None:
    """The plan is as short as can be, and found without trying all there is."""
    planner, schema_of_clients = planned_over(hard.graph)
    document = parse(hard.text)
    assert not validate(schema_of_clients, document)
    plans = []
    calls = calls_of(lambda: plans.append(plan_of(planner, hard.text)))
    fetches = list(fetches_of(plans[0].node))
    levels: dict[int, int] = {}
    for fetch in fetches:
        levels[fetch.id] = 1 + max((levels[before] for before in fetch.depends_on), default=0)
    assert (len(fetches), max(levels.values())) == (hard.fetches, hard.levels)
    assert calls < hard.calls
