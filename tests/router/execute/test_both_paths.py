"""The general path and the fast one give the same, and what one plain schema over the same objects would give."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hanse_router.execute import Call, CompiledPlan, run
from hanse_router.planner import PlanError
from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable
from tests.router.execute.operations import VARIABLES, Operations
from tests.router.execute.world import SUBGRAPHS, View, World, planner
from tests.router.planning import compiled_plan


@pytest.fixture(autouse=True)
def no_mistakes() -> Iterator[None]:
    """The fast path's own mistakes are logged and covered by the general path: here they must not happen."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign, assignment]
    log = logging.getLogger("hanse_router.execute")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)
    assert [record.exc_info for record in records if record.levelno >= logging.ERROR] == []


SEEDS = st.integers(min_value=0, max_value=2**32)
QUIET = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def prepared(seed: int) -> tuple[CompiledPlan, str]:
    """A random operation, planned and compiled."""
    planner_, clients = planner()
    for attempt in range(50):
        text = Operations(clients, seed + attempt).operation()
        document = parse(text)
        if not validate(clients, document):
            break
    else:
        pytest.fail("no valid operation in fifty")
    return compiled_plan(planner_, text), text


def shown(response: bytes) -> Any:
    """The response so that order counts, and how a number is written does not."""
    return json.loads(response, object_pairs_hook=tuple)


@QUIET
@given(SEEDS)
async def test_sound_subgraphs(seed: int) -> None:
    compiled, text = prepared(seed)
    world = World(seed)
    call = Call({name: View(name, world) for name in SUBGRAPHS})
    general = (await run(compiled, VARIABLES, call)).encode()
    expected = world.whole(text, VARIABLES)
    assert json.loads(general) == expected, text
    assert shown(general) == shown(json.dumps(expected).encode()), text
    variant = compiled.variant(VARIABLES)
    fast = (await run(compiled, VARIABLES, call)).encode()
    assert fast == general, (text, variant.general_reason)


def spoiler(seed: int) -> Any:
    """Changes replies: the same request always in the same way."""

    def spoil(name: str, body: bytes, reply: Any) -> Any:
        chance = random.Random(f"{seed}{name}{body.decode()}")
        kind = chance.random()
        if kind < 0.5:
            return reply
        if kind < 0.55:
            raise SubgraphTimeout("late")
        if kind < 0.6:
            return chance.choice([b"", b"{", b"null", b"[]", b'{"data":null}', b'{"data":3}', b'{"errors":[]}', b"{}"])
        if kind < 0.7:
            reply["errors"] = [{"message": "m", "path": list(_a_path(reply["data"], chance))}, "odd", {}]
        for _ in range(chance.randint(1, 3)):
            _spoil_somewhere(reply, chance)
        return reply

    return spoil


def _a_path(value: Any, chance: random.Random) -> Any:
    while isinstance(value, dict | list) and value and chance.random() < 0.85:
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        yield key
        value = value[key]


def _spoil_somewhere(reply: Any, chance: random.Random) -> None:
    path = list(_a_path(reply, chance))
    if not path:
        return
    parent = reply
    for key in path[:-1]:
        parent = parent[key]
    change = chance.random()
    if change < 0.5:
        parent[path[-1]] = None
    elif change < 0.65 and isinstance(parent, dict):
        del parent[path[-1]]
    elif change < 0.75 and isinstance(parent, list):
        parent.pop()
    else:
        parent[path[-1]] = chance.choice([1, -1.5, "x", True, [], {}, [None], {"__typename": "Nothing"}, 2**40, ["a"]])


@QUIET
@given(SEEDS)
@example(1785)  # a null that an entity fetch brings where none may be
@example(2543)  # a type that is none of those possible
async def test_subgraphs_that_answer_anything(seed: int) -> None:
    compiled, text = prepared(seed)
    calls = [Call({name: View(name, World(seed), spoiler(seed)) for name in SUBGRAPHS}) for _ in range(2)]
    general = (await run(compiled, VARIABLES, calls[0])).encode()
    fast = (await run(compiled, VARIABLES, calls[1])).encode()
    assert _by_path(fast) == _by_path(general), (text, compiled.variant(VARIABLES).general_reason)
    for name in SUBGRAPHS:  # and nothing was asked twice
        first, second = (sorted(call.transports[name].bodies) for call in calls)  # type: ignore[attr-defined]
        assert first == second, (text, name)


def failing(seed: int) -> Any:
    """Subgraphs that fail as honest ones do: an error and null in place of an entity or an object, or no reply."""

    def fail(name: str, body: bytes, reply: Any) -> Any:
        chance = random.Random(f"{seed}{name}{body.decode()}")
        if chance.random() < 0.1:
            raise SubgraphUnreachable("gone")
        if chance.random() < 0.1:
            return {"data": None, "errors": [{"message": "all"}]}
        entities = b"representations" in body
        for alias, value in reply["data"].items():
            if not entities and chance.random() < 0.3:
                reply["data"][alias] = None
                reply.setdefault("errors", []).append(
                    {"message": "field", "path": [alias], "extensions": {"code": "F"}}
                )
            elif entities and isinstance(value, list):
                for index in range(len(value)):
                    if chance.random() < 0.3:
                        value[index] = None
                        error = {"message": "entity", "path": [alias, index, *chance.choice([(), ("name",)])]}
                        reply.setdefault("errors", []).append(error)
        return reply

    return fail


@QUIET
@given(SEEDS)
async def test_subgraphs_that_fail(seed: int) -> None:
    compiled, text = prepared(seed)
    calls = [Call({name: View(name, World(seed), failing(seed)) for name in SUBGRAPHS}) for _ in range(2)]
    general = (await run(compiled, VARIABLES, calls[0])).encode()
    fast = (await run(compiled, VARIABLES, calls[1])).encode()
    assert _by_path(fast) == _by_path(general), (text, compiled.variant(VARIABLES).general_reason)
    for name in SUBGRAPHS:
        first, second = (sorted(call.transports[name].bodies) for call in calls)  # type: ignore[attr-defined]
        assert first == second, (text, name)


async def test_failures_of_subgraphs_are_answered_on_the_fast_path_often_enough_to_be_tested() -> None:
    taken = 0
    for seed in range(60):
        try:
            compiled, _ = prepared(seed)
        except PlanError:
            continue
        call = Call({name: View(name, World(seed), failing(seed)) for name in SUBGRAPHS})
        for _ in range(2):
            response = (await run(compiled, VARIABLES, call)).encode()
        fast = compiled.variant(VARIABLES)._fast
        taken += fast is not None and not fast._fallbacks and "errors" in json.loads(response)
    assert taken >= 8


def _by_path(response: bytes) -> Any:
    decoded = json.loads(response)
    errors = sorted(json.dumps(error, sort_keys=True) for error in decoded.get("errors", ()))
    return shown(json.dumps(decoded["data"]).encode()), errors


async def test_the_fast_path_is_taken_often_enough_to_be_tested() -> None:
    taken = 0
    for seed in range(60):
        try:
            compiled, _ = prepared(seed)
        except PlanError:
            continue
        call = Call({name: View(name, World(seed)) for name in SUBGRAPHS})
        for _ in range(2):
            await run(compiled, VARIABLES, call)
        fast = compiled.variant(VARIABLES)._fast
        taken += fast is not None and not fast._fallbacks
    assert taken >= 20
