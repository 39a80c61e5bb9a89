"""The general path and the fast path give the same response, and that of one plain schema over the same objects.

Hypothesis draws the operation, the data and the faults of subgraphs, and shrinks what fails. HANSE_PROPERTY_CASES sets
the number of examples of each test; then they differ from run to run.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from hanse_router.execute import Call, CompiledPlan, Response
from hanse_router.planner import PlanError
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.compose import compose
from tests.router.execute import faults
from tests.router.execute.chance import Chance
from tests.router.execute.faults import Change, Faults
from tests.router.execute.operations import VARIABLES, Operations
from tests.router.execute.paths import Bodies, comparable, compare_paths, fast_paths, ordered
from tests.router.execute.world import SUBGRAPHS, View, World, planner
from tests.router.planning import compiled_plan, operation_of
from tests.router.property.check import Rig, is_fit
from tests.router.property.graphs import subgraphs_of
from tests.router.property.operations import OperationMaker
from tests.router.property.subgraph import WorldSubgraph

CASES = int(os.environ.get("HANSE_PROPERTY_CASES", "0"))
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]


def examples(count: int) -> settings:
    """So many examples, always the same ones unless HANSE_PROPERTY_CASES is set."""
    return settings(
        max_examples=CASES or count,
        derandomize=not CASES,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=CHECKS,
    )


def prepared(chance: Chance) -> tuple[CompiledPlan, str]:
    """A random operation, planned and compiled, and its text."""
    planner_, clients = planner()
    text = Operations(clients, chance).operation()
    assume(not validate(clients, parse(text)))
    try:
        return compiled_plan(planner_, text), text
    except PlanError:
        pytest.fail(f"cannot be planned: {text}")


@dataclass
class Drawn:
    """An operation, its data, and faults."""

    compiled: CompiledPlan
    text: str
    world: World
    faults: Faults

    @classmethod
    def of(cls, data: st.DataObject, change: Change) -> Drawn:
        """Draw all of it."""
        chance = Chance(data.draw)
        compiled, text = prepared(chance)
        return cls(compiled, text, World(chance), Faults(change, chance))

    @property
    def is_fast(self) -> bool:
        """Whether there is a fast path."""
        return bool(fast_paths(self.compiled.variant(VARIABLES)))

    def compare(self, with_faults: Faults | None = None) -> Response:
        """Compare the paths, with these faults instead of its own; the response."""

        def new_call() -> tuple[Call, Bodies]:
            views = {name: View(name, self.world, with_faults or self.faults) for name in SUBGRAPHS}
            return Call(views), {name: view.bodies for name, view in views.items()}

        return asyncio.run(compare_paths(self.compiled, VARIABLES, new_call))


def shares(count: int, change: Change) -> Counter[str]:
    """Compare the paths in so many examples; the shares of them, in per cent, that have a fast path."""
    found: Counter[str] = Counter()

    @examples(count)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        drawn = Drawn.of(data, change)
        response = drawn.compare()
        if change is faults.none:
            expected = drawn.world.whole(drawn.text, VARIABLES)
            assert comparable(response) == (ordered(expected["data"]), []), drawn.text
        found["examples"] += 1
        found["fast"] += drawn.is_fast
        found["fast with errors"] += bool(drawn.is_fast and response.errors)

    check()
    return Counter({name: 100 * number // found["examples"] for name, number in found.items()})


def test_subgraphs_without_faults() -> None:
    assert shares(80, faults.none)["fast"] >= 40


def test_subgraphs_that_fail() -> None:
    assert shares(80, faults.failing)["fast with errors"] >= 20


def test_subgraphs_that_send_anything() -> None:
    assert shares(80, faults.spoiled)["fast with errors"] >= 20


@examples(60)
@given(st.data())
def test_one_fault_at_each_position(data: st.DataObject) -> None:
    """Null, a wrong value, and nothing at each position of each reply, up to a number of positions."""
    drawn = Drawn.of(data, faults.none)
    assume(drawn.is_fast)
    drawn.compare()
    value = data.draw(st.sampled_from(faults.VALUES))
    start = data.draw(st.integers(0, 20))
    for number in range(start, start + 25):
        for kind, given_value in (("value", None), ("value", value), ("missing", None)):
            changed = drawn.faults.with_one_fault(number, kind, given_value)
            if changed is None:
                return
            note(f"fault {number}: {kind} {given_value!r} in {drawn.text}")
            drawn.compare(changed)


class FaultyTransport(CoroutineTransport):
    """A subgraph of a random graph, with faults."""

    def __init__(self, name: str, subgraph: WorldSubgraph, drawn: Faults) -> None:
        self._name = name
        self._subgraph = subgraph
        self._faults = drawn
        self.bodies: list[bytes] = []

    async def send(self, request: SubgraphRequest) -> bytes:
        self.bodies.append(request.body)
        reply = json.loads(await self._subgraph.send(request))
        return self._faults.reply(self._name, request.body, reply)

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


@examples(25)
@given(st.data())
def test_random_graphs(data: st.DataObject) -> None:
    """Schema, operation and faults are random."""
    rng = data.draw(st.randoms(use_true_random=False))
    composition = compose(subgraphs_of(rng))
    assume(composition.supergraph is not None)
    assert composition.supergraph is not None
    rig = Rig.over(composition.supergraph)
    text = OperationMaker(rig.api_schema, rng).make()
    assume(not text.startswith("subscription") and is_fit(rig, text))
    drawn = Faults(data.draw(st.sampled_from([faults.none, faults.failing, faults.spoiled])), Chance(data.draw))
    operation = operation_of(rig.planner, text)
    compiled = CompiledPlan(rig.planner.plan(operation), operation, rig.api_schema)

    def new_call() -> tuple[Call, Bodies]:
        transports = {name: FaultyTransport(name, one, drawn) for name, one in rig.transports.items()}
        return Call(transports), {name: one.bodies for name, one in transports.items()}

    asyncio.run(compare_paths(compiled, rig.variables(operation), new_call))
