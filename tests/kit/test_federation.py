"""Entities: one call per type, each in its place, and no error spoils another's answer."""

from __future__ import annotations

import copy
import logging
from typing import Any

import pytest
import strawberry
from graphql import OperationDefinitionNode
from strawberry.types import Info

from hanse_subgraph.federation import SubgraphSchema, formatted_error
from tests.kit.boxes import CALLS, graph

ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Box { id } ... on Lid { id } } }"
SEEN: list[OperationDefinitionNode] = []


@strawberry.federation.type(keys=["id"])
class Orphan:
    """An entity that nothing resolves."""

    id: strawberry.ID


@strawberry.type(name="Query")
class OrphanQuery:
    """Asks for it."""

    orphan: Orphan


@pytest.fixture(autouse=True)
def no_calls() -> None:
    """Forget the calls of other tests."""
    CALLS.clear()


async def entities(*representations: dict[str, Any]) -> tuple[list[Any], list[dict[str, Any]]]:
    """The entities, and the errors as clients see them."""
    result = await graph.execute(ENTITIES, variable_values={"r": list(representations)})
    assert result.data is not None, result.errors
    return result.data["_entities"], [formatted_error(error) for error in result.errors or ()]


def box(key: str, **more: Any) -> dict[str, Any]:
    """A reference to a box."""
    return {"__typename": "Box", "id": key, **more}


async def test_a_hundred_entities_take_one_call() -> None:
    found, errors = await entities(*(box(str(number)) for number in range(100)))
    assert found == [{"__typename": "Box", "id": str(number)} for number in range(100)]
    assert (CALLS, errors) == ([("Box", 100)], [])


async def test_types_may_be_mixed_and_stay_in_their_places() -> None:
    found, errors = await entities(box("1"), {"__typename": "Lid", "id": "forbidden"}, box("none"), box("2"))
    assert [item and item["id"] for item in found] == ["1", None, None, "2"]
    assert sorted(CALLS) == [("Box", 3), ("Lid", 1)]
    (error,) = errors
    assert (error["path"], error["extensions"]["code"]) == (["_entities", 1], "FORBIDDEN")


@pytest.mark.parametrize(
    "wrong",
    [{"__typename": "Nobody", "id": "1"}, {"id": "1"}, {"__typename": "Box"}, {"__typename": "Box", "id": None}, 7],
)
async def test_a_wrong_representation_spoils_only_its_own_place(wrong: Any) -> None:
    found, errors = await entities(box("1"), wrong, box("2"))
    assert [item and item["id"] for item in found] == ["1", None, "2"]
    assert [(error["path"], error["extensions"]["code"]) for error in errors] == [(["_entities", 1], "BAD_USER_INPUT")]


async def test_any_of_the_keys_will_do() -> None:
    found, errors = await entities({"__typename": "Box", "shelf": {"row": 1}, "place": 7}, box("1"))
    assert ([item["id"] for item in found], errors) == (["7", "1"], [])


async def test_what_the_caller_gave_is_left_as_it_is() -> None:
    given = [box("1", extra={"a": [1]}), {"__typename": "Lid", "id": "forbidden"}]
    before = copy.deepcopy(given)
    await graph.execute(ENTITIES, variable_values={"r": given})
    assert given == before


@pytest.mark.parametrize("how", ["broken", "too few"])
async def test_an_unexpected_failure_is_logged_once_and_masked(how: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found, errors = await entities(*({"__typename": "Lid", "id": how} for _ in range(3)), box("1"))
    assert [item and item["id"] for item in found] == [None, None, None, "1"]
    assert {error["extensions"]["code"] for error in errors} == {"INTERNAL_SERVER_ERROR"}
    assert "secret" not in str(errors)
    assert len(caplog.records) == 1


async def test_refusals_are_no_news(caplog: pytest.LogCaptureFixture) -> None:
    result = await graph.execute('{ fails(how: "expected") }')
    assert result.errors is not None
    assert formatted_error(result.errors[0])["extensions"] == {"code": "NOT_FOUND"}
    assert not caplog.records


def test_an_entity_without_a_resolver_is_found_at_once() -> None:
    with pytest.raises(TypeError, match="Orphan"):
        SubgraphSchema(query=OrphanQuery)


@strawberry.type(name="Query")
class Documents:
    """Remembers the operations that were executed."""

    @strawberry.field
    def seen(self, info: Info[None, None]) -> int:
        """How many there are."""
        SEEN.append(info.operation)
        return len(SEEN)


async def test_documents_are_parsed_once() -> None:
    documents = SubgraphSchema(query=Documents)
    for query in ("{ seen }", "{ seen }", *(f"{{ a{number}: __typename }}" for number in range(1001)), "{ seen }"):
        await documents.execute(query)
    first, second, third = SEEN
    assert first is second
    assert third is not second, "the least recently used documents are forgotten"


def test_two_schemas_in_one_process_do_not_meet() -> None:
    from subgraphs.catalog.schema import graph as catalog
    from subgraphs.users.schema import graph as users

    assert "union _Entity = User\n" in users.sdl
    assert "union _Entity = Product | User\n" in catalog.sdl
    assert "union _Entity = Box | Lid\n" in graph.sdl
