"""`@fromContext`: one request for all sets of values, each under an alias."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from hanse_router.planner.own_names import CONTEXT, unused_stem
from tests.hostile.federation import Federation

SDL = """
type Query { parents: [P] }
type P @key(fields: "id") @context(name: "parent") { id: ID! size: Int lang: String child: C }
type C @key(fields: "id") {
  id: ID!
  first(note: String, by: Int @fromContext(field: "$parent { size }")): String
  second(by: Int @fromContext(field: "$parent { size }"), lang: String @fromContext(field: "$parent { lang }")): String
}
"""


def parents(count: int, sizes: int) -> Any:
    return [{"id": str(n), "size": n % sizes, "lang": "de", "child": {"id": str(n)}} for n in range(count)]


class Children:
    """A subgraph that answers with the values of its context variables."""

    def __init__(self, count: int, sizes: int) -> None:
        self._parents = parents(count, sizes)
        self.broken: str | None = None

    def __call__(self, body: dict[str, Any]) -> Any:
        query, variables = body["query"], body.get("variables", {})
        if "_entities" not in query:
            return {"data": {"parents": self._parents}}
        (operation,) = parse(query).definitions
        data, errors = {}, []
        for field in operation.selection_set.selections:  # type: ignore[attr-defined]
            alias = field.alias.value if field.alias else field.name.value
            representations = variables[field.arguments[0].value.name.value]
            ((inner,),) = [one.selection_set.selections for one in field.selection_set.selections]
            key = inner.alias.value if inner.alias else inner.name.value
            given = {
                one.name.value: variables[one.value.name.value] if one.value.kind == "variable" else one.value.value
                for one in inner.arguments
            }
            data[alias] = [{key: f"{one['id']} {given}"} for one in representations]
            if any(one["id"] == self.broken for one in representations):
                errors.append({"message": "broken", "path": [alias]})
        return {"data": None, "errors": errors} if errors else {"data": data}


@pytest.fixture
def graph() -> Federation:
    return Federation(a=SDL, b="type Query { other: Int }")


async def test_one_request_for_two_hundred_values(graph: Federation) -> None:
    response = await graph.answer("{ parents { child { first } } }", a=Children(200, 200))
    assert [one["child"]["first"] for one in response["data"]["parents"]] == [f"{n} {{'by': {n}}}" for n in range(200)]
    assert len(graph.sent["a"]) == 2


async def test_entities_with_equal_values_share_an_alias(graph: Federation) -> None:
    response = await graph.answer("{ parents { child { second } } }", a=Children(20, 2))
    assert response["data"]["parents"][3]["child"]["second"] == "3 {'by': 1, 'lang': 'de'}"
    (_, body) = graph.sent["a"]
    assert sorted(len(value) for value in body["variables"].values() if isinstance(value, list)) == [10, 10]


async def test_the_aliases_of_one_request_are_limited(graph: Federation) -> None:
    response = await graph.answer("{ parents { child { first } } }", a=Children(501, 501))
    assert "errors" not in response
    assert sorted(body["query"].count("_entities(") for body in graph.sent["a"]) == [0, 1, 250, 250]


async def test_texts_of_the_client_that_look_like_the_variables(graph: Federation) -> None:
    note = r"$context_1_0 \u0000 \" $context_1_0"
    text = f'{{ parents {{ child {{ first(note: "{note}") }} }} }}'
    response = await graph.answer(text, a=Children(2, 2))
    for number, parent in enumerate(response["data"]["parents"]):
        given = {"note": '$context_1_0 \0 " $context_1_0', "by": number}
        assert parent["child"]["first"] == f"{number} {given}"


OWN_NAMES = ("context_1_0", "context_1_0_1", "representations", "representations_1", "representations0")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", [*OWN_NAMES, *(f"_{name}" for name in OWN_NAMES), "__context_1_0"])
async def test_variables_of_the_client_named_like_the_planners(graph: Federation, name: str, count: int) -> None:
    """Each has its own value: one variable was declared twice, or had the value of the other."""
    others = ", ".join(f"${other}: String" for other in OWN_NAMES if other != name)
    text = f"query (${name}: String, {others}) {{ parents {{ child {{ first(note: ${name}) }} }} }}"
    response = await graph.answer(text, {name: "mine"}, a=Children(count, count))
    for number, parent in enumerate(response["data"]["parents"]):
        assert parent["child"]["first"] == f"{number} {{'note': 'mine', 'by': {number}}}"
    assert all(len(set(declared(body["query"]))) == len(declared(body["query"])) for body in graph.sent["a"])


def declared(query: str) -> list[str]:
    (operation,) = parse(query).definitions
    return [one.variable.name.value for one in operation.variable_definitions or ()]  # type: ignore[attr-defined]


def test_looking_for_an_unused_name_takes_linear_time() -> None:
    names = [f"{'_' * number}context_" for number in range(3_000)]
    assert unused_stem(CONTEXT, names) == "_" * 3_000 + "context_"
    assert unused_stem(CONTEXT, ["a", "_b"]) == "context_"


async def test_a_value_that_fails_leaves_the_others(graph: Federation) -> None:
    children = Children(100, 100)
    children.broken = "7"
    response = await graph.answer("{ parents { child { first } } }", a=children)
    assert [n for n, one in enumerate(response["data"]["parents"]) if one["child"]["first"] is None] == [7]
    assert [error["message"] for error in response["errors"]] == ["broken"]
    assert len(graph.sent["a"]) == 3


async def test_fields_with_other_contexts_share_a_request(graph: Federation) -> None:
    """The values of all context arguments of an entity select the alias; fields without any are sent along."""

    def answers(body: dict[str, Any]) -> Any:
        if "_entities" not in body["query"]:
            return {"data": {"parents": parents(4, 2)}}
        data: dict[str, Any] = {}
        for name, representations in body["variables"].items():
            if name.startswith("representations"):
                alias = f"_e{name.partition('_')[2]}"
                data[alias] = [{"first": f"f{one['id']}", "second": f"s{one['id']}"} for one in representations]
        return {"data": data}

    response = await graph.answer("{ parents { child { first second } } }", a=answers)
    assert [one["child"] for one in response["data"]["parents"]] == [
        {"first": f"f{n}", "second": f"s{n}"} for n in range(4)
    ]
    assert len(graph.sent["a"]) == 2


async def test_entities_at_several_paths_share_a_request(graph: Federation) -> None:
    """The value above each place is its own, whatever the depth; equal ones share an alias."""
    sdl = SDL.replace("parents: [P]", "parents: [P] parent: P")
    graph = Federation(a=sdl, b="type Query { other: Int }")
    children = Children(3, 3)

    def reply(body: dict[str, Any]) -> Any:
        if "_entities" in body["query"]:
            return children(body)
        return {"data": {"parents": parents(3, 3), "parent": {"id": "9", "size": 2, "child": {"id": "9"}}}}

    response = await graph.answer("{ parents { child { first } } parent { child { first } } }", a=reply)
    assert response["data"] == {
        "parents": [{"child": {"first": f"{n} {{'by': {n}}}"}} for n in range(3)],
        "parent": {"child": {"first": "9 {'by': 2}"}},
    }
    assert len(graph.sent["a"]) == 2
    lists = [value for value in graph.sent["a"][1]["variables"].values() if isinstance(value, list)]
    assert sorted(len(value) for value in lists) == [1, 1, 2]
