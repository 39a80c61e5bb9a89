"""What clients are told of a field that the supergraph has no way to, where composition could only hint at it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from hanse_router.app import create_router
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])\n'
)
PARCELS = """
type Parcel @key(fields: "id") { id: ID! weight: Int }
"""
LABELS = """
type Query { latest: Parcel }
type Parcel @key(fields: "id", resolvable: false) {
  id: ID!
  weight: Int @external
  label: String @requires(fields: "weight")
}
"""


class Endpoint:
    """A subgraph in this process that knows one answer, and notes that it was asked."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self.asked: list[str] = []

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """See LocalEndpoint."""
        self.asked.append(json.loads(body)["query"])
        return 200, json.dumps({"data": self._data}).encode()

    def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """No subscriptions here."""
        raise NotImplementedError


@pytest.fixture
def endpoints() -> dict[str, Endpoint]:
    return {
        "parcels": Endpoint({"_entities": [{"weight": 3}]}),
        "labels": Endpoint({"latest": {"__typename": "Parcel", "id": "1"}}),
    }


@pytest.fixture
async def client(tmp_path: Path, endpoints: dict[str, Endpoint]) -> AsyncIterator[httpx.AsyncClient]:
    composition = compose(
        [
            SubgraphSource("parcels", _LINK + PARCELS, "http://127.0.0.1:1/p"),
            SubgraphSource("labels", _LINK + LABELS, "http://127.0.0.1:1/l"),
        ]
    )
    assert composition.sdl is not None, composition.errors
    assert "REQUIRES_WITHOUT_RESOLVABLE_KEY" in {hint.code for hint in composition.hints}
    settings = RouterSettings.load(None, identity={"key_file": tmp_path / "router.json"})
    router = create_router(settings, composition.sdl, local_endpoints=endpoints)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(router), base_url="http://router.test") as client:
        yield client


@pytest.mark.parametrize("text", ["{ latest { label } }", "{ latest { id weight l: label } }"])
async def test_a_requirement_that_cannot_be_sent(
    client: httpx.AsyncClient, endpoints: dict[str, Endpoint], text: str
) -> None:
    """The whole operation is refused with a stable code that names the field; no subgraph is asked anything."""
    reply = await client.post("/graphql", json={"query": text})
    assert reply.status_code == 500
    (error,) = reply.json()["errors"]
    assert error["extensions"]["code"] == "QUERY_PLANNING_FAILED"
    assert "Parcel.label cannot be resolved here by any subgraph" in error["message"]
    assert "data" not in reply.json()
    assert not any(endpoint.asked for endpoint in endpoints.values())


async def test_all_else_of_the_same_objects_is_answered(
    client: httpx.AsyncClient, endpoints: dict[str, Endpoint]
) -> None:
    reply = await client.post("/graphql", json={"query": "{ latest { id weight } }"})
    assert (reply.status_code, reply.json()) == (200, {"data": {"latest": {"id": "1", "weight": 3}}})
    assert [len(endpoint.asked) for endpoint in endpoints.values()] == [1, 1]
