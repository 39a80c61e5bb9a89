"""Field sets that select `__typename`: singleton entities, and `@requires` of an object's type."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hostile.federation import Federation

CONFIG_A = 'type Query { config: Config configs: [Config] } type Config @key(fields: "__typename") { a: Int }'
CONFIG_B = 'type Query { status: String } type Config @key(fields: "__typename") { status: String }'
SINGLETON = {"__typename": "Config"}


def status(body: dict[str, Any]) -> Any:
    """The status of the configuration; a root field of the same name has another."""
    if "_entities" not in body["query"]:
        return {"data": {"status": "root status"}}
    return {"data": {"_entities": [{"status": f"status of {one}"} for one in body["variables"]["representations"]]}}


async def test_a_singleton_is_fetched_as_an_entity() -> None:
    graph = Federation(a=CONFIG_A, b=CONFIG_B)
    response = await graph.answer(
        "{ config { a status } status }", a=lambda _: {"data": {"config": {"a": 1}}}, b=status
    )
    assert response == {"data": {"config": {"a": 1, "status": f"status of {SINGLETON}"}, "status": "root status"}}


async def test_a_singleton_is_fetched_once_for_all_its_places() -> None:
    graph = Federation(a=CONFIG_A, b=CONFIG_B)
    response = await graph.answer(
        "{ configs { status } }", a=lambda _: {"data": {"configs": [SINGLETON, None, SINGLETON]}}, b=status
    )
    found = {"status": f"status of {SINGLETON}"}
    assert response == {"data": {"configs": [found, None, found]}}
    assert [body["variables"] for body in graph.sent["b"]] == [{"representations": [SINGLETON]}]


async def test_a_singleton_with_an_object_below_it() -> None:
    graph = Federation(
        w='type Query { entry: Entry } type Entry @key(fields: "__typename") { sku: String! }',
        r='type Entry @key(fields: "__typename") { rating: Rating! } type Rating { score: Int! }',
    )
    response = await graph.answer(
        "{ entry { sku rating { score } } }",
        w=lambda _: {"data": {"entry": {"sku": "S"}}},
        r=lambda _: {"data": {"_entities": [{"rating": {"score": 42}}]}},
    )
    assert response == {"data": {"entry": {"sku": "S", "rating": {"score": 42}}}}


async def test_singletons_behind_an_interface() -> None:
    graph = Federation(
        a="""
        type Query { all: [I] } interface I { a: Int }
        type S implements I @key(fields: "__typename") { a: Int }
        type T implements I @key(fields: "id") { id: ID! a: Int }
        """,
        b='type S @key(fields: "__typename") { b: Int } type T @key(fields: "id") { id: ID! b: Int }',
    )

    def entities(body: dict[str, Any]) -> Any:
        sent = body["variables"]["representations"]
        return {"data": {"_entities": [{"__typename": one["__typename"], "b": len(one)} for one in sent]}}

    response = await graph.answer(
        "{ all { ... on S { b } ... on T { b } } }",
        a=lambda _: {"data": {"all": [{"__typename": "S"}, {"__typename": "T", "id": "1"}]}},
        b=entities,
    )
    assert response == {"data": {"all": [{"b": 1}, {"b": 2}]}}


REQUIRES_A = """
    type Query { e: E } type E @key(fields: "id") { id: ID! o: O u: U }
    type O @shareable { x: Int } union U = X | Y type X @shareable { x: Int } type Y @shareable { y: Int }
    """
REQUIRES_B = """
    type E @key(fields: "id") {
      id: ID! o: O @external u: U @external
      kind: String @requires(fields: "o { __typename }")
      union: String @requires(fields: "u { __typename }")
      part: String @requires(fields: "u { __typename ... on X { x } }")
    }
    type O @shareable { x: Int } union U = X | Y type X @shareable { x: Int } type Y @shareable { y: Int }
    """


@pytest.mark.parametrize(
    ("text", "entity", "sent", "expected"),
    [
        ("kind", {"o": {"__typename": "O"}}, {"o": {"__typename": "O"}}, {}),
        ("kind o { x }", {"o": {"__typename": "O", "x": 1}}, {"o": {"__typename": "O"}}, {"o": {"x": 1}}),
        ("kind o { __typename }", {"o": {"__typename": "O"}}, {"o": {"__typename": "O"}}, {"o": {"__typename": "O"}}),
        ("kind", {"o": None}, {"o": None}, {}),
        ("union", {"u": {"__typename": "Y"}}, {"u": {"__typename": "Y"}}, {}),
        ("part", {"u": {"__typename": "X", "x": 2}}, {"u": {"__typename": "X", "x": 2}}, {}),
        (
            "union u { ... on X { x } }",
            {"u": {"__typename": "X", "x": 2}},
            {"u": {"__typename": "X"}},
            {"u": {"x": 2}},
        ),
    ],
)
async def test_a_required_type(text: str, entity: Any, sent: Any, expected: Any) -> None:
    graph = Federation(a=REQUIRES_A, b=REQUIRES_B)
    field = text.split()[0]
    response = await graph.answer(
        f"{{ e {{ {text} }} }}",
        a=lambda _: {"data": {"e": {"id": "1", **entity}}},
        b=lambda _: {"data": {"_entities": [{field: "found"}]}},
    )
    assert response == {"data": {"e": {field: "found", **expected}}}
    assert graph.sent["b"][0]["variables"]["representations"] == [{"__typename": "E", "id": "1", **sent}]


async def test_a_key_with_nothing_but_the_type_of_an_object() -> None:
    key = 'type E @key(fields: "o { __typename }")'
    graph = Federation(
        a=f"type Query {{ e: E }} {key} {{ o: O @shareable }} type O @shareable {{ x: Int }}",
        b=f"{key} {{ o: O @shareable n: Int }} type O @shareable {{ x: Int }}",
    )
    response = await graph.answer(
        "{ e { n } }",
        a=lambda _: {"data": {"e": {"o": {"__typename": "O"}}}},
        b=lambda _: {"data": {"_entities": [{"n": 1}]}},
    )
    assert response == {"data": {"e": {"n": 1}}}


async def test_the_type_of_an_object_above_as_an_argument() -> None:
    graph = Federation(
        a="""
        type Query { s: S } type S @context(name: "above") { below: Below }
        type Below @key(fields: "id") { id: ID! of(type: String @fromContext(field: "$above { __typename }")): String }
        """
    )

    def reply(body: dict[str, Any]) -> Any:
        if "_entities" not in body["query"]:
            return {"data": {"s": {"__typename": "S", "below": {"id": "1"}}}}
        (value,) = (value for name, value in body["variables"].items() if name.startswith("context"))
        return {"data": {"_entities": [{"of": value}]}}

    response = await graph.answer("{ s { below { of } } }", a=reply)
    assert response == {"data": {"s": {"below": {"of": "S"}}}}
