"""Every null that the data did not have has an error, and what failed takes nothing else with it."""

from __future__ import annotations

from typing import Any

from tests.hostile.federation import Federation

A = """
type Query { x: E y: F z: [G] }
type E @key(fields: "id") { id: ID! }
type F @key(fields: "id") { id: ID! }
type G @key(fields: "id") { id: ID! }
"""
B = """
type E @key(fields: "id") { id: ID! n: String }
type F @key(fields: "id") { id: ID! m: String }
type G @key(fields: "id") { id: ID! o: String p: String }
"""
ROOT = {"data": {"x": {"id": "1"}, "y": {"id": "2"}, "z": [{"id": "3"}, {"id": "4"}]}}
TEXT = "{ x { n } y { m } z { o } }"


def root(_: dict[str, Any]) -> Any:
    return ROOT


def entities(body: dict[str, Any], broken: tuple[str, ...] = ()) -> Any:
    """The reply of a subgraph that answers `data: null` when it is asked for a type that is broken."""
    data: dict[str, Any] = {}
    errors: list[Any] = []
    for number, representations in enumerate(body["variables"].values()):
        alias = f"_e{number}" if len(body["variables"]) > 1 else "_entities"
        data[alias] = [{"n": "N", "m": "M", "o": "O"} for _ in representations]
        errors += [{"message": "broken", "path": [alias]} for one in representations if one["__typename"] in broken]
    return {"data": None, "errors": errors} if errors else {"data": data}


async def test_a_failing_group_leaves_the_others() -> None:
    graph = Federation(a=A, b=B)
    response = await graph.answer(TEXT, a=root, b=lambda body: entities(body, ("F",)))
    assert response["data"] == {"x": {"n": "N"}, "y": {"m": None}, "z": [{"o": "O"}, {"o": "O"}]}
    assert [(error["message"], error["path"]) for error in response["errors"]] == [("broken", ["y"])]
    assert len(graph.sent["b"]) == 3  # all together, then the two that nothing is known of, apart


async def test_groups_that_fail_again_are_not_asked_a_third_time() -> None:
    graph = Federation(a=A, b=B)

    def nothing(_: dict[str, Any]) -> Any:
        return {"data": None, "errors": [{"message": "all"}]}

    response = await graph.answer(TEXT, a=root, b=nothing)
    assert response["data"] == {"x": {"n": None}, "y": {"m": None}, "z": [{"o": None}, {"o": None}]}
    assert [error["path"] for error in response["errors"]] == [["x"], ["y"], ["z"]]
    assert len(graph.sent["b"]) == 4


async def test_entities_lost_to_another_of_their_group_have_an_error() -> None:
    def first_fails(_: dict[str, Any]) -> Any:
        return {"data": None, "errors": [{"message": "first", "path": ["_entities", 0, "o"]}]}

    response = await Federation(a=A, b=B).answer("{ z { o p } }", a=root, b=first_fails)
    assert response["data"] == {"z": [{"o": None, "p": None}, {"o": None, "p": None}]}
    assert [(error["extensions"]["code"], error["path"]) for error in response["errors"]] == [
        ("DOWNSTREAM_SERVICE_ERROR", ["z", 0, "o"]),
        ("SUBGRAPH_RESULT_LOST", ["z"]),
    ]


async def test_a_group_without_its_list_has_an_error_whatever_else_the_reply_reports() -> None:
    def one_list(_: dict[str, Any]) -> Any:
        return {"data": {"_e0": [None]}, "errors": [{"message": "first", "path": ["_e0", 0, "n"]}]}

    response = await Federation(a=A, b=B).answer("{ x { n } y { m } }", a=root, b=one_list)
    assert [(error["extensions"]["code"], error["path"]) for error in response["errors"]] == [
        ("DOWNSTREAM_SERVICE_ERROR", ["x", "n"]),
        ("SUBGRAPH_MALFORMED_RESPONSE", ["y"]),
    ]


async def test_more_entities_than_asked_for_are_an_error() -> None:
    def too_many(_: dict[str, Any]) -> Any:
        return {"data": {"_entities": [{"o": "3"}, {"o": "4"}, {"o": "5"}]}}

    response = await Federation(a=A, b=B).answer("{ z { o } }", a=root, b=too_many)
    assert response["data"] == {"z": [{"o": None}, {"o": None}]}
    (error,) = response["errors"]
    assert error["path"] == ["z"]
    assert error["extensions"]["code"] == "SUBGRAPH_MALFORMED_RESPONSE"
    assert "received 2 representations and returned 3 entities" in error["message"]


FIELDS = "type Query { a: Int! b: Int! c: Int } type Mutation { a: Int! b: Int! c: Int }"


def fails_at_b(_: dict[str, Any]) -> Any:
    return {"data": None, "errors": [{"message": "no", "path": ["b"], "extensions": {"code": "NO"}}]}


async def test_a_failing_root_field_is_the_only_one_with_an_error() -> None:
    graph = Federation(a=FIELDS)
    for kind in ("query", "mutation"):
        response = await graph.answer(f"{kind} {{ a b c }}", a=fails_at_b)
        assert response["data"] is None
        assert [(error["extensions"]["code"], error["path"]) for error in response["errors"]] == [("NO", ["b"])]
        assert len(graph.sent["a"]) == 1
