"""Whatever a subgraph replies, the work of the router is linear in it, and the response is bounded."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from hanse_router.execute import CompiledPlan
from tests.hostile.federation import Federation, Reply

A = """
type Query { items: [Item] users: [User] }
type Item { name: String! size: Int tags: [String!] }
type User @key(fields: "id") { id: ID! }
"""
B = 'type User @key(fields: "id") { id: ID! name: String friends: [User] note: String! }'

Case = tuple[str, Callable[[int], dict[str, Reply]]]
"""An operation, and the subgraphs' replies for a size."""


def _items(value: Callable[[int], Any]) -> Callable[[int], dict[str, Reply]]:
    def replies(size: int) -> dict[str, Reply]:
        return {"a": lambda _: {"data": {"items": [value(number) for number in range(size)]}}}

    return replies


def _entities(
    reply: Callable[[int], Any], user: Callable[[int], Any] = lambda number: {"id": str(number)}
) -> Callable[[int], dict[str, Reply]]:
    def replies(size: int) -> dict[str, Reply]:
        users = [user(number) for number in range(size)]
        return {"a": lambda _: {"data": {"users": users}}, "b": lambda _: reply(size)}

    return replies


def _errors(paths: Callable[[int], list[Any]], data: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda size: {"data": data(size), "errors": [{"message": "m", "path": path} for path in paths(size)]}


def _names(size: int) -> Any:
    return {"_entities": [{"name": str(number)} for number in range(size)]}


CASES: dict[str, Case] = {
    "nulls in a non-null field": ("{ items { name } }", _items(lambda _: {"name": None})),
    "values of another type": ("{ items { name size } }", _items(lambda _: {"name": 5, "size": "x"})),
    "lists": ("{ items { name tags } }", _items(lambda number: {"name": str(number), "tags": ["a", "b", None]})),
    "objects": ("{ items { name size } }", _items(lambda number: {"name": str(number), "size": number})),
    "entities": ("{ users { id name } }", _entities(lambda size: {"data": _names(size)})),
    "an error for each entity": (
        "{ users { id name } }",
        _entities(_errors(lambda size: [["_entities", n, "name"] for n in range(size)], _names)),
    ),
    "an error for each entity, without data": (
        "{ users { id name } }",
        _entities(_errors(lambda size: [["_entities", n, "name"] for n in range(size)], lambda _: None)),
    ),
    "errors of one entity at many response paths": (
        "{ users { id name } }",
        _entities(
            _errors(lambda size: [["_entities", 0, "name"]] * size, lambda _: {"_entities": [None]}),
            lambda _: {"id": "1"},
        ),
    ),
    "an error with a long path": (
        "{ users { id name } }",
        _entities(_errors(lambda size: [["_entities", 0, *["x"] * size]], _names)),
    ),
    "errors without a path": ("{ users { id name } }", _entities(_errors(lambda size: [None] * size, _names))),
    "entities without a non-null field": (
        "{ users { id name note } }",
        _entities(lambda size: {"data": {"_entities": [{"name": "n", "note": None} for _ in range(size)]}}),
    ),
    "more entities than representations": (
        "{ users { id name } }",
        _entities(lambda size: {"data": _names(size)}, lambda _: {"id": "1"}),
    ),
}


async def _calls(compiled: CompiledPlan, graph: Federation, replies: dict[str, Reply]) -> int:
    """The number of Python functions and of library functions that one execution calls."""
    encoded = {name: [json.dumps(reply({})).encode()] for name, reply in replies.items()}
    constant: dict[str, Reply] = {name: lambda _, body=body[0]: body for name, body in encoded.items()}  # type: ignore[misc]
    count = 0

    def profile(*_: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        await graph.run(compiled, **constant)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("runs", [0, 2], ids=["general path", "fast path"])
async def test_ten_times_the_reply_is_at_most_fifteen_times_the_work(name: str, runs: int) -> None:
    text, replies = CASES[name]
    graph = Federation(a=A, b=B)
    compiled = graph.compiled(text)
    for _ in range(runs):
        await _calls(compiled, graph, replies(3))
    small, large = [await _calls(compiled, graph, replies(size)) for size in (400, 4_000)]
    assert large <= 15 * small
    start = time.process_time()  # what libraries do inside of one call is not counted above
    await graph.run(compiled, **replies(10_000))
    assert time.process_time() - start < 1


async def test_a_response_lists_a_limited_number_of_errors() -> None:
    text, replies = CASES["nulls in a non-null field"]
    response = await Federation(a=A, b=B).answer(text, None, **replies(1_500))
    assert response["data"]["items"] == [None] * 1_500
    *listed, last = response["errors"]
    assert [error["path"] for error in listed] == [["items", number, "name"] for number in range(1_000)]
    assert last["extensions"]["code"] == "TOO_MANY_ERRORS"


async def test_a_large_error_is_not_copied_to_every_response_path() -> None:
    def reply(_: dict[str, Any]) -> Any:
        error = {"message": "m" * 50_000, "path": ["_entities", 0, "name"]}
        return {"data": {"_entities": [None]}, "errors": [error]}

    replies: dict[str, Reply] = {"a": lambda _: {"data": {"users": [{"id": "1"}] * 500}}, "b": reply}
    response = await Federation(a=A, b=B).answer("{ users { name } }", None, **replies)
    assert len(json.dumps(response["errors"])) < 2_000_000
    assert response["errors"][-1]["extensions"]["code"] == "TOO_MANY_ERRORS"
