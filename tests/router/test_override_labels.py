"""Progressive `@override(label:)`: which subgraph resolves a field, request by request."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from hanse_router.app import Router, create_router
from hanse_router.prepare.override_labels import LabelHook
from hanse_router.request import GraphQLRequest, RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override"])\n'
OLD = """
type Query { x: Int full: String none: String half: String tried: String t: T }
type T @key(fields: "id") { id: ID! v: String }
"""
NEW = """
type Query {
  full: String @override(from: "old", label: "percent(100)")
  none: String @override(from: "old", label: "percent(0)")
  half: String @override(from: "old", label: "percent(50)")
  tried: String @override(from: "old", label: "trial")
}
type T @key(fields: "id") {
  id: ID!
  v: String @override(from: "old", label: "percent(100)")
}
"""


class Side:
    """A subgraph whose fields all have its name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.asked: list[str] = []

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """See LocalEndpoint."""
        query = json.loads(body)["query"]
        self.asked.append(query)
        names = re.findall(r"\w+", query[query.index("{", max(0, query.find("_entities"))) :])
        fields: dict[str, Any] = {
            name: {"id": "1", "__typename": "T", "v": self._name} if name == "t" else self._name for name in names
        }
        if "_entities" not in query:
            return 200, json.dumps({"data": fields}).encode()
        return 200, json.dumps({"data": {"_entities": [fields]}}).encode()

    def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Not here."""
        raise NotImplementedError


class World:
    """A router over both sides of a migration."""

    def __init__(self, folder: Path, hook: LabelHook | None = None, **settings: Any) -> None:
        sources = [("old", OLD), ("new", NEW)]
        composition = compose([SubgraphSource(name, LINK + sdl, f"http://{name}") for name, sdl in sources])
        assert composition.sdl is not None, composition.errors
        self.sides = {name: Side(name) for name in ("old", "new")}
        chosen = RouterSettings.load(None, identity={"key_file": folder / "router.json"}, **settings)
        self.router: Router = create_router(chosen, composition.sdl, local_endpoints=self.sides, override_labels=hook)

    async def ask(self, query: str, **headers: str) -> Any:
        """The data of the response."""
        transport = httpx.ASGITransport(self.router)
        async with httpx.AsyncClient(transport=transport, base_url="http://router.test") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return (await client.post("/graphql", json={"query": query}, headers=named)).json()["data"]

    async def metrics(self) -> str:
        """The text of /metrics."""
        return self.router.engine.metrics.exposition().decode()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_percent_100_and_percent_0(world: World) -> None:
    assert await world.ask("{ full none }") == {"full": "new", "none": "old"}
    assert await world.ask("{ t { v } }") == {"t": {"v": "new"}}


async def test_a_share_of_the_requests_with_each_request_id_on_one_side(world: World) -> None:
    first = [(await world.ask("{ half }", x_request_id=f"request-{number}"))["half"] for number in range(100)]
    again = [(await world.ask("{ half }", x_request_id=f"request-{number}"))["half"] for number in range(100)]
    assert first == again
    assert 25 <= Counter(first)["new"] <= 75
    text = await world.metrics()
    for side in ("old", "new"):
        count = f'hanse_override_requests_total{{label="percent(50)",side="{side}"}} {2.0 * Counter(first)[side]}'
        assert count in text
    assert 'label="percent(100)"' not in text  # no request has selected its fields


async def test_a_label_of_the_settings(tmp_path: Path, world: World) -> None:
    assert await world.ask("{ tried }") == {"tried": "old"}
    chosen = World(tmp_path, overrides={"labels": ["trial", "percent(0)"]})
    assert await chosen.ask("{ tried none }") == {"tried": "new", "none": "new"}


async def test_a_header_counts_only_where_the_settings_name_it(tmp_path: Path, world: World) -> None:
    assert await world.ask("{ tried }", x_labels="trial") == {"tried": "old"}
    chosen = World(tmp_path, overrides={"header": "X-Labels"})
    assert await chosen.ask("{ tried }", x_labels="other, trial,") == {"tried": "new"}
    assert await chosen.ask("{ tried }") == {"tried": "old"}


async def test_a_function_of_the_application(tmp_path: Path) -> None:
    asked: list[frozenset[str]] = []

    def hook(context: RequestContext, labels: frozenset[str]) -> list[str]:
        asked.append(labels)
        return ["trial", "unknown"] if context.headers.get("user-agent") == "tester" else []

    world = World(tmp_path, hook)
    assert await world.ask("{ tried }", user_agent="tester") == {"tried": "new"}
    assert await world.ask("{ tried }", user_agent="other") == {"tried": "old"}
    assert await world.ask("{ x half }") != {}
    assert asked == [frozenset({"trial"})] * 2  # no label but percent(50) can change the plan of the third request


async def test_plans_are_kept_for_a_limited_number_of_sets(world: World) -> None:
    for number in range(200):
        await world.ask("{ full none half tried }", x_request_id=str(number))
    request = GraphQLRequest(query="{ full none half tried }")
    operation = world.router.engine.pipeline(request).known(request)
    assert operation is not None
    assert len(operation.compiled) == 2  # percent(50) on and off
    assert operation.compiled.size <= 32
