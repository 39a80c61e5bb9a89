"""Fields whose objects repeat are held once, and the answer stays the same: also where subgraphs fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from graphql import build_schema
from hypothesis import given, settings

from hanse_router.execute import Call, run
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.compiled import FastPath
from hanse_router.execute.compiled.repeated_values import Shared, may_be_shared
from hanse_router.execute.compiled.shape import Shape
from hanse_router.execute.run import Execution
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import QueryPlan
from tests.router.execute.operations import VARIABLES
from tests.router.execute.plans import root
from tests.router.execute.test_both_paths import QUIET, SEEDS, failing, no_mistakes, prepared, shown, spoiler
from tests.router.execute.world import SUBGRAPHS, View, World
from tests.router.planning import compiled_over

__all__ = ["no_mistakes"]

Spoil = Callable[[int], Any]


def every(shape: Shape, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """All fields that can be shared."""
    found: set[tuple[str, ...]] = set()
    for slot in shape.visible.values():
        path = (*above, slot.key)
        if may_be_shared(shape, slot):
            found.add(path)
        if slot.shape is not None:
            found |= every(slot.shape, path)
    return found


async def sharing(compiled: CompiledPlan, call: Call) -> FastPath | None:
    """The fast path of the operation with all shared that can be; None where nothing can."""
    variant = compiled.variant(VARIABLES)
    for _ in range(2):
        await run(compiled, VARIABLES, call)
    fast = variant.fast()
    shared: Shared = frozenset(every(fast.shape)) if fast is not None else frozenset()
    if fast is None or not shared:
        return None
    fast.repeating = shared
    fast = variant.fast()
    assert fast is not None
    assert fast.shared == shared
    return fast


def call_of(seed: int, spoil: Spoil | None = None) -> Call:
    """Subgraphs over the world of a seed."""
    return Call({name: View(name, World(seed), spoil(seed) if spoil else None) for name in SUBGRAPHS})


def errors_apart(response: bytes) -> Any:
    """The response so that the order of errors does not count."""
    decoded: Mapping[str, Any] = json.loads(response)
    errors = sorted(json.dumps(error, sort_keys=True) for error in decoded.get("errors", ()))
    return shown(json.dumps(decoded["data"]).encode()), errors


@settings(QUIET, max_examples=50)
@given(SEEDS)
async def test_all_shared_that_can_be(seed: int) -> None:
    compiled, text = prepared(seed)
    if await sharing(compiled, call_of(seed)) is None:
        return
    for spoil in (None, failing, spoiler):
        general = Execution(compiled.variant(VARIABLES), VARIABLES, call_of(seed, spoil))
        await general.fetch_all()
        fast = (await run(compiled, VARIABLES, call_of(seed, spoil))).encode()
        assert errors_apart(fast) == errors_apart(general.response().encode()), (text, spoil)


async def test_sharing_is_tried_often_enough_to_be_tested() -> None:
    taken = 0
    for seed in range(60):
        compiled, _ = prepared(seed)
        fast = await sharing(compiled, call_of(seed))
        await run(compiled, VARIABLES, call_of(seed))
        taken += fast is not None and not fast._fallbacks
    assert taken >= 5


SDL = """
type Query { reviews: [Review!] }
type Review { id: ID! author: Author }
type Author { id: ID! name: String about: String works: [Work!] }
type Work { title: String! }
"""
TEXT = "{ reviews { id author { id name about works { title } } } }"


class Told:
    """A subgraph that gives reviews by these authors."""

    def __init__(self) -> None:
        self.authors: list[Any] = []

    async def send(self, request: object) -> bytes:
        reviews = [{"id": str(number), "author": author} for number, author in enumerate(self.authors)]
        return json.dumps({"data": {"reviews": reviews}}).encode()


def author(number: int) -> Any:
    """A long-winded one."""
    return {"id": str(number), "name": f"A{number}", "about": "long " * 100, "works": [{"title": "W"}, {"title": "V"}]}


@pytest.fixture
def reviews() -> CompiledPlan:
    plan = QueryPlan(OperationKind.QUERY, root(1, "a", TEXT))
    return compiled_over(build_schema(SDL), TEXT, plan)


async def answered(compiled: CompiledPlan, told: Told) -> FastPath:
    """Run once; the answer is right whatever is shared."""
    response = (await run(compiled, {}, Call({"a": told}))).encode()  # type: ignore[dict-item]
    expected = [{"id": str(number), "author": author} for number, author in enumerate(told.authors)]
    assert shown(response) == shown(json.dumps({"data": {"reviews": expected}}).encode())
    fast = compiled.variant({})._fast
    assert fast is None or not fast._fallbacks
    return fast  # type: ignore[return-value]


async def test_what_repeats_is_seen_and_what_no_longer_does_is_shared_no_more(reviews: CompiledPlan) -> None:
    told = Told()
    told.authors = [author(number % 2) for number in range(20)] + [None]
    for _ in range(5):
        fast = await answered(reviews, told)
    assert fast.shared == {("reviews", "author")}
    told.authors = [author(number) for number in range(20)]
    for _ in range(510):
        fast = await answered(reviews, told)
    assert not fast.shared


async def test_what_is_small_or_differs_is_not_shared(reviews: CompiledPlan) -> None:
    told = Told()
    told.authors = [author(number) for number in range(20)]
    for _ in range(6):
        fast = await answered(reviews, told)
    assert not fast.shared
