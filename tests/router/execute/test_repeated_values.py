"""Repeated values are deduplicated, and the response stays the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import build_schema

from hanse_router.execute import Call, run
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.compiled import FastPath
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import QueryPlan
from hanse_router.transports.protocol import CoroutineTransport
from tests.router.execute.paths import ordered
from tests.router.execute.plans import root
from tests.router.planning import compiled_over

SDL = """
type Query { reviews: [Review!] }
type Review { id: ID! author: Author }
type Author { id: ID! name: String about: String works: [Work!] }
type Work { title: String! }
"""
TEXT = "{ reviews { id author { id name about works { title } } } }"


class Reviews(CoroutineTransport):
    """A subgraph that returns reviews by these authors."""

    def __init__(self) -> None:
        self.authors: list[Any] = []

    async def send(self, request: object) -> bytes:
        reviews = [{"id": str(number), "author": author} for number, author in enumerate(self.authors)]
        return json.dumps({"data": {"reviews": reviews}}).encode()

    def stream(self, request: object) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


def author(number: int) -> Any:
    """An author with a long text."""
    return {"id": str(number), "name": f"A{number}", "about": "long " * 100, "works": [{"title": "W"}, {"title": "V"}]}


@pytest.fixture
def reviews() -> CompiledPlan:
    plan = QueryPlan(OperationKind.QUERY, root(1, "a", TEXT))
    return compiled_over(build_schema(SDL), TEXT, plan)


async def answered(compiled: CompiledPlan, subgraph: Reviews) -> FastPath:
    """Execute once; the response is right whatever is deduplicated."""
    response = (await run(compiled, {}, Call({"a": subgraph}))).encode()
    expected = [{"id": str(number), "author": author} for number, author in enumerate(subgraph.authors)]
    assert ordered(json.loads(response)) == ordered({"data": {"reviews": expected}})
    fast = compiled.variant({})._fast
    assert fast is None or not fast._fallbacks
    return fast  # type: ignore[return-value]


async def test_repeated_values_are_deduplicated_only_while_they_repeat(reviews: CompiledPlan) -> None:
    subgraph = Reviews()
    subgraph.authors = [author(number % 2) for number in range(20)] + [None]
    for _ in range(5):
        fast = await answered(reviews, subgraph)
    assert fast.deduplicated == {("reviews", "author")}
    subgraph.authors = [author(number) for number in range(20)]
    for _ in range(510):
        fast = await answered(reviews, subgraph)
    assert not fast.deduplicated


async def test_different_values_are_not_deduplicated(reviews: CompiledPlan) -> None:
    subgraph = Reviews()
    subgraph.authors = [author(number) for number in range(20)]
    for _ in range(6):
        fast = await answered(reviews, subgraph)
    assert not fast.deduplicated
