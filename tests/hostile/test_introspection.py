"""Introspection is answered off the event loop, within limits, and once for all who ask the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from graphql import get_introspection_query

from hanse_router.execute import CompiledPlan
from hanse_router.execute.introspect import Introspections
from tests.hostile.federation import Federation
from tests.hostile.probe import no_stall

SDL = "type Query { a: T0 } " + " ".join(
    f"type T{n} {{ {' '.join(f'f{i}: T{(n + i) % 40}' for i in range(10))} }}" for n in range(40)
)


@pytest.fixture(scope="module")
def graph() -> Federation:
    return Federation(a=SDL)


async def run(graph: Federation, compiled: CompiledPlan) -> dict[str, Any]:
    response: dict[str, Any] = json.loads(await graph.run(compiled))
    return response


async def test_the_event_loop_stays_free(graph: Federation) -> None:
    compiled = graph.compiled(get_introspection_query())
    async with no_stall():
        response = await run(graph, compiled)
    assert len(response["data"]["__schema"]["types"]) > 40


NESTED = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"
ALIASES = f"{{ {' '.join(f'a{n}: __schema {{ types {{ fields {{ name type {{ name }} }} }} }}' for n in range(66))} }}"


@pytest.mark.parametrize("text", [NESTED, ALIASES], ids=["nested", "aliases"])
async def test_answers_without_end_are_refused(graph: Federation, text: str) -> None:
    compiled = graph.compiled(text)
    async with no_stall():
        response = await run(graph, compiled)
    assert response["data"] is None
    assert [error["extensions"]["code"] for error in response["errors"]] == ["RESPONSE_TOO_LARGE"]


async def test_equal_documents_share_an_answer(graph: Federation) -> None:
    introspections = Introspections(graph.api_schema)
    operations = [
        graph.compiled(f"query {name} {{ __schema {{ types {{ name }} }} }}", introspections=introspections)
        for name in ("A", "B", "A")
    ]
    responses = await asyncio.gather(*(run(graph, compiled) for compiled in operations))
    assert responses[0] == responses[1] == responses[2]
    assert len(introspections) == 1
