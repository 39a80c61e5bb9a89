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
from tests.hostile.probe import no_stall

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


def _encoded(replies: dict[str, Reply]) -> dict[str, Reply]:
    """The same replies, encoded once."""
    return _constant(**{name: json.dumps(reply({})).encode() for name, reply in replies.items()})


def _constant(**bodies: bytes) -> dict[str, Reply]:
    """Subgraphs that always reply the same bytes."""
    return {name: lambda _, body=body: body for name, body in bodies.items()}  # type: ignore[misc]


async def _calls(compiled: CompiledPlan, graph: Federation, replies: dict[str, Reply]) -> int:
    """The number of Python functions and of library functions that one execution calls."""
    constant = _encoded(replies)
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
    assert time.process_time() - start < 4  # it took 17 s when the work was quadratic


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


STALLS: dict[str, Case] = {
    **{name: CASES[name] for name in ("nulls in a non-null field", "lists", "an error for each entity")},
    "empty lists": ("{ items { name } }", lambda size: {"a": lambda _: {"data": {"items": [[]] * size}}}),
    "entities": ("{ users { id name } }", _entities(lambda size: {"data": _names(size)})),
    "entities without a non-null field": CASES["entities without a non-null field"],
}


@pytest.mark.parametrize("name", STALLS)
@pytest.mark.parametrize("runs", [0, 2], ids=["general path", "fast path"])
async def test_a_large_reply_does_not_stop_the_event_loop(name: str, runs: int) -> None:
    text, replies = STALLS[name]
    graph = Federation(a=A, b=B)
    compiled = graph.compiled(text)
    constant = _encoded(replies(20_000))
    for _ in range(runs):
        await graph.run(compiled, **_encoded(replies(3)))
    async with no_stall():
        await graph.run(compiled, **constant)


async def test_a_reply_of_too_many_objects_is_refused() -> None:
    replies: dict[str, Reply] = {"a": lambda _: b'{"data":{"items":[' + b"[]," * 400_000 + b"[]]}}"}
    graph = Federation(a=A, b=B)
    compiled = graph.compiled("{ items { name } }")
    async with no_stall():
        response = json.loads(await graph.run(compiled, **replies))
    assert [error["extensions"]["code"] for error in response["errors"]] == ["SUBGRAPH_MALFORMED_RESPONSE"]


FRIENDS = 'type User @key(fields: "id") { id: ID! friends: [User] note: String! }'
SHARED = "{ users { friends { id note } } }"


@pytest.mark.parametrize("runs", [0, 2], ids=["general path", "fast path"])
async def test_entities_at_many_response_paths_do_not_multiply_the_work(runs: int) -> None:
    """One user at 8,000 response paths, with 400 friends: a response of 1.3 GB from replies of 250 KB."""
    graph = Federation(a='type Query { users: [User] } type User @key(fields: "id") { id: ID! }', b=FRIENDS)
    compiled = graph.compiled(SHARED)

    def replies(size: int) -> dict[str, Reply]:
        users, friends = [{"id": "1"}] * size * 20, [{"id": "2", "note": "n" * size}] * size
        return {
            "a": lambda _: {"data": {"users": users}},
            "b": lambda _: {"data": {"_entities": [{"friends": friends, "note": "n"}]}},
        }

    for _ in range(runs):
        await graph.run(compiled, **_encoded(replies(2)))
    constant = _encoded(replies(400))
    async with no_stall():
        response = json.loads(await graph.run(compiled, **constant))
    assert [error["extensions"]["code"] for error in response["errors"]] == ["RESPONSE_TOO_LARGE"]


@pytest.mark.parametrize("runs", [0, 2], ids=["general path", "fast path"])
async def test_values_that_are_nested_too_deeply(runs: int) -> None:
    """A depth that can be decoded may be too deep for what comes later: encoding, copying, another stack."""
    graph = Federation(
        a='scalar Any type Query { users: [User] other: User any: Any } type User @key(fields: "id") { id: Any! }',
        b='scalar Any type User @key(fields: "id") { id: Any! name: Any }',
    )
    compiled = graph.compiled("{ any users { id name } other { name } }")
    plain: dict[str, Reply] = {
        "a": lambda _: {"data": {"any": 1, "users": [{"id": 1}], "other": {"id": 1}}},
        "b": lambda _: {"data": {"_entities": [{"name": 1}]}},
    }
    for depth in (*range(500, 1_000, 10), 3_000, 1_000_000):
        nested = b"[" * depth + b"]" * depth
        first = b'{"data":{"any":%b,"users":[{"id":%b}],"other":{"id":1}}}' % (nested, nested)
        second = b'{"data":{"_entities":[{"name":%b},{"name":1}]}}' % nested
        for _ in range(runs):
            await graph.run(compiled, **plain)
        response = (await graph.run(compiled, **_constant(a=first, b=second))).decode()
        assert response.startswith('{"data":')
        assert depth < 1_000 or '"SUBGRAPH_MALFORMED_RESPONSE"' in response
