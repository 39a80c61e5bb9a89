"""Arguments from objects above, and fields that lead back to the root: planned, sent and merged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from graphql import build_schema, execute_sync, parse, validate

from hanse_router.execute import Call, run
from hanse_router.planner import Planner
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import api_schema
from tests.router.planning import compiled_plan

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8",'
    ' import: ["@key", "@context", "@fromContext"])\n'
)
_ENTITIES = "scalar _Any union _Entity = Item extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"

SHOPS = """
type Query { shops: [Shop!]! }
type Shop @key(fields: "id") @context(name: "place") { id: ID! currency: String! items: [Item!]! back: Query }
type Item @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$place { currency }")): String! }
"""
SHOPS_PLAIN = """
type Query { shops: [Shop!]! }
type Shop { id: ID! currency: String! items: [Item!]! back: Query }
type Item { id: ID! price(currency: String): String! }
"""
HELLO = "type Query { hello: String }"


class PlainSubgraph(CoroutineTransport):
    """A subgraph of plain values and functions."""

    def __init__(self, sdl: str, root: Mapping[str, Any]) -> None:
        self._schema = build_schema(sdl)
        self._root = root
        self.bodies: list[dict[str, Any]] = []

    async def send(self, request: SubgraphRequest) -> bytes:
        """Answer in process."""
        body = json.loads(request.body)
        self.bodies.append(body)
        document = parse(body["query"])
        assert not validate(self._schema, document)
        result = execute_sync(
            self._schema,
            document,
            dict(self._root),
            variable_values=body.get("variables"),
            type_resolver=lambda value, *_: value["__typename"],
        )
        return json.dumps(result.formatted).encode()

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """No subscriptions here."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to give back."""


def item(number: str) -> dict[str, Any]:
    """An item that knows no price but in a currency."""
    return {"__typename": "Item", "id": number, "price": lambda _, currency: f"{number} in {currency}"}


def shop(number: str, currency: str, items: list[str]) -> dict[str, Any]:
    """A shop with its items."""
    return {"id": number, "currency": currency, "items": [item(one) for one in items], "back": {}}


def answer(text: str) -> tuple[Any, PlainSubgraph]:
    """What the router answers, and the first subgraph with what it was sent."""
    composition = compose([SubgraphSource("shops", _LINK + SHOPS), SubgraphSource("hello", _LINK + HELLO)])
    assert composition.supergraph is not None, composition.errors
    everything = [shop("s1", "EUR", ["a", "b"]), shop("s2", "USD", ["a"]), shop("s3", "EUR", ["c"])]
    shops = PlainSubgraph(
        SHOPS_PLAIN + _ENTITIES,
        {"shops": everything, "_entities": lambda _, representations: [item(one["id"]) for one in representations]},
    )
    hello = PlainSubgraph(HELLO, {"hello": "hi"})
    api = api_schema(composition.supergraph)
    document = parse(text)
    assert not validate(api, document)
    compiled = compiled_plan(Planner(composition.supergraph), text)
    call = Call({"shops": shops, "hello": hello})

    async def twice() -> bytes:
        first = (await run(compiled, {}, call)).encode()
        assert (await run(compiled, {}, call)).encode() == first  # the second run would take the fast path, if it could
        return first

    return json.loads(asyncio.run(twice())), shops


def test_each_value_from_above_has_its_own_alias() -> None:
    """Entities below objects with equal values go together, others under an alias of the same request."""
    found, shops = answer("{ shops { items { id price } } }")
    assert found == {
        "data": {
            "shops": [
                {"items": [{"id": "a", "price": "a in EUR"}, {"id": "b", "price": "b in EUR"}]},
                {"items": [{"id": "a", "price": "a in USD"}]},
                {"items": [{"id": "c", "price": "c in EUR"}]},
            ]
        }
    }
    sent = [body["variables"] for body in shops.bodies if "_entities" in body["query"]]
    first, again = sent  # of two executions
    assert first == again
    assert [one["id"] for one in first["representations_0"]] == ["a", "b", "c"]
    assert [one["id"] for one in first["representations_1"]] == ["a"]


def test_a_field_may_lead_back_to_the_root() -> None:
    """The root's fields of another subgraph are merged where the field leads back."""
    found, _ = answer("{ shops { id back { hello again: hello } } }")
    assert found["data"]["shops"][0] == {"id": "s1", "back": {"hello": "hi", "again": "hi"}}
    assert len(found["data"]["shops"]) == 3
    assert "errors" not in found
