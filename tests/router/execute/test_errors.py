"""What subgraphs do wrong ends as errors at the right paths, with the rest of the data."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hanse_router.execute import Call, subscribe
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import Parallel, QueryPlan, Sequence, Subscription
from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable
from tests.router.execute.plans import Graph, Subgraph, entities, group, root
from tests.router.execute.test_run import SDL
from tests.router.planning import compiled_over

USERS = root(1, "a", "{ users { id } }")
NAMES = entities(2, "b", group("users.@", "User", "id", "{ name reviews { id } }"), depends_on=(1,))
PLAN = Sequence((USERS, NAMES))
DOCUMENT = "{ users { id name } }"


def subgraph_error(error: dict[str, Any]) -> tuple[Any, ...]:
    return error.get("path"), error["extensions"]["code"], error["extensions"].get("subgraph")


async def test_an_error_of_an_entity_stands_at_each_of_its_places() -> None:
    a = Subgraph({"users": [{"id": "1"}, {"id": "2"}, {"id": "1"}]})
    answer = {
        "data": {"_entities": [None, {"name": "two"}]},
        "errors": [{"message": "gone", "path": ["_entities", 0, "name"], "extensions": {"code": "GONE", "more": 1}}],
    }
    response = await Graph(SDL, a=a, b=Subgraph(answer)).run(DOCUMENT, PLAN)
    assert response["data"]["users"][1] == {"id": "2", "name": "two"}
    extensions = {"code": "GONE", "more": 1, "subgraph": "b"}
    assert response["errors"] == [
        {"message": "gone", "path": ["users", 0, "name"], "extensions": extensions},
        {"message": "gone", "path": ["users", 2, "name"], "extensions": extensions},
    ]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (SubgraphTimeout("late"), "SUBGRAPH_TIMEOUT"),
        (b"<html>", "SUBGRAPH_MALFORMED_RESPONSE"),
        (b"[]", "SUBGRAPH_MALFORMED_RESPONSE"),
        (b"{}", "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":null}', "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":[]}', "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":{},"errors":{}}', "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":{"_entities":{}}}', "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":{"_entities":null}}', "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":{"_entities":[1, {"name":"x"}]}}', "SUBGRAPH_MALFORMED_RESPONSE"),
        (b'{"data":{"_entities":[{"name":"x"}]}}', "SUBGRAPH_MISSING_ENTITY"),
        (b'{"errors":[{"message":"no"}]}', "DOWNSTREAM_SERVICE_ERROR"),
        (b'{"errors":["odd"]}', "DOWNSTREAM_SERVICE_ERROR"),
        (b'{"errors":[{"message":1,"path":["_entities",99],"extensions":3}]}', "DOWNSTREAM_SERVICE_ERROR"),
        (b'{"data":null,"errors":[{"message":"no","path":["_entities","x",{}]}]}', "DOWNSTREAM_SERVICE_ERROR"),
    ],
)
async def test_a_failed_entity_fetch_leaves_the_rest(answer: Any, code: str) -> None:
    a = Subgraph({"users": [{"id": "1"}, {"id": "2"}]})
    response = await Graph(SDL, a=a, b=Subgraph(answer)).run(DOCUMENT, PLAN)
    assert [user["id"] for user in response["data"]["users"]] == ["1", "2"]
    assert [subgraph_error(error) for error in response["errors"]] == [(["users"], code, "b")]


@pytest.mark.parametrize("answer", [SubgraphUnreachable("gone"), b"no json"])
async def test_a_failed_root_fetch_leaves_the_others(answer: Any) -> None:
    plan = Parallel((USERS, root(2, "b", "{ product { upc } any { __typename } }")))
    graph = Graph(SDL, a=Subgraph({"users": []}), b=Subgraph(answer))
    response = await graph.run("{ users { id } product { upc } any { __typename } }", plan)
    assert response["data"] == {"users": [], "product": None, "any": None}
    assert [error["path"] for error in response["errors"]] == [["product"], ["any"]]


async def test_a_null_whose_reason_is_told_is_not_told_twice() -> None:
    answer = {"data": None, "errors": [{"message": "no", "path": ["me", "age"]}]}
    response = await Graph(SDL, a=Subgraph(answer)).run("{ me { age } }", root(1, "a", "{ me { age } }"))
    assert response["data"] is None
    assert len(response["errors"]) == 1


@pytest.mark.parametrize("users", [{"id": 1}, [[{"id": "1"}]], ["x"], "x", 5, True])
async def test_data_of_another_shape_is_an_error(users: Any) -> None:
    a, b = Subgraph({"users": users}), Subgraph({"_entities": []})
    response = await Graph(SDL, a=a, b=b).run(DOCUMENT, PLAN)
    assert response["errors"][0]["extensions"]["code"] == "SUBGRAPH_INVALID_VALUE"


async def test_a_subgraph_without_transport() -> None:
    response = await Graph(SDL).run("{ product { upc } }", root(1, "a", "{ product { upc } }"))
    assert response["data"] == {"product": None}
    assert subgraph_error(response["errors"][0]) == (["product"], "SUBGRAPH_UNREACHABLE", "a")


async def test_cancelling_ends_what_runs() -> None:
    ended = 0

    class Slow(Subgraph):
        async def send(self, request: Any) -> bytes:
            nonlocal ended
            try:
                await asyncio.sleep(10)
            finally:
                ended += 1
            return b""

    plan = Parallel((USERS, root(2, "b", "{ product { upc } }")))
    task = asyncio.create_task(Graph(SDL, a=Slow(), b=Slow()).run("{ users { id } product { upc } }", plan))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == 2


SUBSCRIPTION_SDL = SDL + "type Subscription { product: Product }"
PRICED = entities(2, "b", group("product", "Product", "upc", "{ price }"), depends_on=(1,))
SUBSCRIBED = Subscription(root(1, "a", "subscription { product { upc } }", kind=OperationKind.SUBSCRIPTION), PRICED)


async def test_each_event_is_enriched_and_errors_end_the_stream() -> None:
    a = Subgraph(
        {"data": {"product": {"upc": "1"}}},
        {"data": {"product": None}, "errors": [{"message": "once", "path": ["product"]}]},
        {"data": {"product": {"upc": "2"}}},
        SubgraphUnreachable("lost"),
    )
    b = Subgraph({"_entities": [{"price": 10}]}, SubgraphTimeout("late"))
    graph = Graph(SUBSCRIPTION_SDL, a=a, b=b)
    plan = QueryPlan(OperationKind.SUBSCRIPTION, SUBSCRIBED)
    compiled = compiled_over(graph.api_schema, "subscription { product { price upc } }", plan)
    events = [json.loads(event.encode()) async for event in subscribe(compiled, {}, graph.call)]
    assert [event["data"] for event in events] == [
        {"product": {"price": 10, "upc": "1"}},
        {"product": None},
        {"product": {"price": None, "upc": "2"}},
        None,
    ]
    codes = [[error["extensions"]["code"] for error in event.get("errors", ())] for event in events]
    assert codes == [[], ["DOWNSTREAM_SERVICE_ERROR"], ["SUBGRAPH_TIMEOUT"], ["SUBGRAPH_UNREACHABLE"]]
    assert a.closed == 1


async def test_leaving_a_subscription_closes_the_subgraphs_stream() -> None:
    a = Subgraph(*({"data": {"product": None}} for _ in range(5)))
    graph = Graph(SUBSCRIPTION_SDL, a=a)
    plan = QueryPlan(OperationKind.SUBSCRIPTION, SUBSCRIBED)
    compiled = compiled_over(graph.api_schema, "subscription { product { upc } }", plan)
    events = subscribe(compiled, {}, Call(graph.call.transports))
    await anext(events)
    await events.aclose()
    assert a.closed == 1
