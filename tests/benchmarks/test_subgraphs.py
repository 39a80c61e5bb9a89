"""The benchmark's own subgraphs and operations are right, so that what is measured means something."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import parse, validate

from benchmarks.cases import CASES, Case
from benchmarks.measure import Measured, Setting
from benchmarks.planning import two_hundred_fields
from benchmarks.report import Row, report
from benchmarks.subgraphs import answer
from hanse_router.execute import Call, run
from hanse_router.planner import Planner
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.supergraph import api_schema, parse_supergraph
from tests.router.planning import compiled_plan


class InMemory(CoroutineTransport):
    """A subgraph of the benchmark's without its server."""

    def __init__(self, name: str, failing: bool) -> None:
        self._name = name
        self._failing = failing
        self.requests = 0

    async def send(self, request: SubgraphRequest) -> bytes:
        self.requests += 1
        return answer(self._name, request.body, failing=self._failing)

    def stream(self, request: SubgraphRequest) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        pass


async def run_case(case: Case) -> tuple[Any, int, bool]:
    """The answer, the number of subgraph requests, and whether the fast path gave the second answer."""
    supergraph = parse_supergraph(case.supergraph("http://127.0.0.1:1"))
    clients = api_schema(supergraph)
    document = parse(case.text)
    assert validate(clients, document) == []
    compiled = compiled_plan(Planner(supergraph), case.text)
    transports = {
        info.name: InMemory(info.name, case.failing and info.name == "inventory")
        for info in supergraph.subgraphs.values()
    }
    first = (await run(compiled, case.variables, Call(transports))).encode()
    requests = sum(transport.requests for transport in transports.values())
    assert (await run(compiled, case.variables, Call(transports))).encode() == first
    fast = compiled.variant(case.variables)._fast
    return json.loads(first), requests, fast is not None and not fast._fallbacks


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_case_has_its_answer(case: Case) -> None:
    response, requests, fast = await run_case(case)
    assert bool(response.get("errors")) is case.failing
    assert fast
    assert 1 <= requests <= 7
    assert response["data"]
    assert None not in response["data"].values()


async def test_the_public_benchmark_takes_six_fetches_and_gives_its_87_kilobytes() -> None:
    response, requests, _ = await run_case(CASES[0])
    assert requests == 6
    user = response["data"]["users"][0]
    assert list(user) == ["id", "username", "name", "reviews"]
    product = {"inStock": True, "name": "Table", "price": 899, "shippingEstimate": None, "upc": "1", "weight": 100}
    assert {key: user["reviews"][0]["product"][key] for key in product} == product
    assert 85_000 < len(json.dumps(response, separators=(",", ":"))) < 90_000


async def test_the_long_list_is_of_things_that_differ() -> None:
    response, _, _ = await run_case(next(case for case in CASES if case.operation == "thousand"))
    things = response["data"]["catalogue"]
    assert len({thing["upc"] for thing in things}) == len(things) == 1000
    assert sum(thing["shippingEstimate"] is not None for thing in things) > 900


def test_an_operation_of_two_hundred_fields_is_valid() -> None:
    clients = api_schema(parse_supergraph(CASES[0].supergraph("http://127.0.0.1:1")))
    assert validate(clients, parse(two_hundred_fields())) == []


def test_the_table_tells_what_could_not_be_measured_and_what_is_wrong() -> None:
    rows = [
        Row("a", "hanse", Measured(0.5, 2000.0, 3.0, 7.0, {})),
        Row("a", "other", Measured(5.0, 200.0, 30.0, 16.0, {}), "WRONG: other data"),
        Row("a", "absent", None, "not\ninstalled"),
    ]
    text = report(rows, Setting(), [("q", 30, 1.0, 2.0)])
    assert "| other | 5.000 | 10.00 | 200 | 30 | 16.0 WRONG: other data |" in text
    assert "| absent | - | - | - | - | not installed |" in text
    assert [row.wrong for row in rows] == [False, True, True]
