"""Plans run over subgraphs with given replies: data, merging, order, nulls."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from hanse_router.execute.conditions import Booleans
from hanse_router.execute.schedule import run_steps
from hanse_router.execute.steps import plan_steps
from hanse_router.operation import SkipInclude
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import (
    Condition,
    EntityGroup,
    EntityInput,
    Parallel,
    RequiredField,
    RequiredFragment,
    Sequence,
)
from tests.router.execute.plans import Graph, Subgraph, entities, group, path, root, selections

SDL = """
type Query { users: [User] me: User! product: Product node: Node any: Any }
type Mutation { first: Int second: Int third: Int }
type User { id: ID! name: String age: Int! reviews: [Review!] color: Color score: Float ok: Boolean json: JSON }
type Review { id: ID! body: String author: User product: Product }
type Product { upc: ID! name: String price: Int weight: Int estimate: Int dims: Dims }
type Dims { w: Int h: Int! }
interface Node { id: ID! }
type Cat implements Node { id: ID! lives: Int }
type Dog implements Node { id: ID! lives: Int! name: String }
union Any = Cat | Dog
enum Color { RED GREEN }
scalar JSON
"""


async def test_the_client_shape_with_aliases_in_its_own_order() -> None:
    a = Subgraph({"users": [{"name": "A", "hidden": 1, "id": "1", "x": 3}, None]})
    plan = root(1, "a", "{ users { id name x: age hidden: age } }")
    response = await Graph(SDL, a=a).run(
        "{ t: __typename users { x: age ...F __typename } } fragment F on User { name id }", plan
    )
    assert json.dumps(response) == (
        '{"data": {"t": "Query", "users": [{"x": 3, "name": "A", "id": "1", "__typename": "User"}, null]}}'
    )


async def test_entities_are_sent_once_each_and_written_everywhere() -> None:
    a = Subgraph({"users": [{"id": "1"}, {"id": "2"}, None, {"id": "1"}]})
    b = Subgraph({"_entities": [{"name": "one"}, None]})
    plan = Sequence(
        (
            root(1, "a", "{ users { id } }"),
            entities(2, "b", group("users.@", "User", "id", "{ name }"), depends_on=(1,)),
        )
    )
    response = await Graph(SDL, a=a, b=b).run("{ users { name } }", plan)
    sent = b.bodies[0]["variables"]["representations"]
    assert sent == [{"__typename": "User", "id": "1"}, {"__typename": "User", "id": "2"}]
    assert response == {"data": {"users": [{"name": "one"}, {"name": None}, None, {"name": "one"}]}}


async def test_nothing_is_fetched_for_nobody() -> None:
    a, b = Subgraph({"users": []}), Subgraph()
    plan = Sequence(
        (
            root(1, "a", "{ users { id } }"),
            entities(2, "b", group("users.@", "User", "id", "{ name }"), depends_on=(1,)),
        )
    )
    assert await Graph(SDL, a=a, b=b).run("{ users { name } }", plan) == {"data": {"users": []}}
    assert b.bodies == []


async def test_a_null_key_is_not_sent_but_a_null_input_beside_a_key_is() -> None:
    products = [{"upc": None}, {"upc": None, "price": 3}, {"upc": "1", "price": None}]
    a = Subgraph({"users": [{"reviews": [{"product": product} for product in products]}]})
    b = Subgraph({"_entities": [{"estimate": 5}]})
    key, price = RequiredField("upc", "upc"), RequiredField("price", "price")
    one = EntityGroup(
        "_entities",
        "representations",
        (path("users.@.reviews.@.product"),),
        (EntityInput(("Product",), None, (key, price), (key,)),),
        selections("{ estimate }"),
    )
    plan = Sequence(
        (root(1, "a", "{ users { reviews { product { upc price } } } }"), entities(2, "b", one, depends_on=(1,)))
    )
    response = await Graph(SDL, a=a, b=b).run("{ users { reviews { product { estimate } } } }", plan)
    assert b.bodies[0]["variables"]["representations"] == [{"__typename": "Product", "upc": "1", "price": None}]
    estimates = [review["product"]["estimate"] for review in response["data"]["users"][0]["reviews"]]
    assert estimates == [None, None, 5]


async def test_two_groups_in_one_request_and_paths_that_must_not_share() -> None:
    a = Subgraph({"me": {"id": "1"}, "users": [{"id": "1"}]})
    b = Subgraph({"e0": [{"reviews": [{"id": "r", "product": {"upc": "u"}}]}], "e1": [{"name": "N"}]})
    c = Subgraph({"_entities": [{"body": "mine"}]})
    plan = Sequence(
        (
            root(1, "a", "{ me { id } users { id } }"),
            entities(
                2,
                "b",
                group("me users.@", "User", "id", "{ reviews { id product { upc } } }", alias="e0", variable="r0"),
                group("users.@", "User", "id", "{ name }", alias="e1", variable="r1"),
                depends_on=(1,),
            ),
            entities(3, "c", group("me.reviews.@", "Review", "id", "{ body }"), depends_on=(2,)),
        )
    )
    graph = Graph(SDL, a=a, b=b, c=c)
    response = await graph.run("{ me { reviews { id body } } users { name reviews { id body } } }", plan)
    assert b.bodies[0]["variables"] == {
        "r0": [{"__typename": "User", "id": "1"}],
        "r1": [{"__typename": "User", "id": "1"}],
    }
    assert response["data"] == {
        "me": {"reviews": [{"id": "r", "body": "mine"}]},
        "users": [{"name": "N", "reviews": [{"id": "r", "body": None}]}],
    }


async def test_value_types_from_two_subgraphs_become_one_object() -> None:
    a = Subgraph({"product": {"upc": "1", "dims": {"w": 1}}})
    b = Subgraph({"_entities": [{"dims": {"h": 2}}]})
    plan = Sequence(
        (
            root(1, "a", "{ product { upc dims { w } } }"),
            entities(2, "b", group("product", "Product", "upc", "{ dims { h } }"), depends_on=(1,)),
        )
    )
    response = await Graph(SDL, a=a, b=b).run("{ product { dims { h w } } }", plan)
    assert response == {"data": {"product": {"dims": {"h": 2, "w": 1}}}}


async def test_wire_aliases_become_response_keys_in_data_and_errors() -> None:
    a = Subgraph(
        {
            "data": {"any": {"__typename": "Dog", "lives__wire": 7, "name__wire": None}},
            "errors": [{"message": "no name", "path": ["any", "name__wire"], "locations": [{"line": 1, "column": 1}]}],
        }
    )
    plan = root(
        1, "a", "{ any { __typename ... on Cat { lives } ... on Dog { lives__wire: lives name__wire: name } } }"
    )
    response = await Graph(SDL, a=a).run("{ any { ... on Cat { lives } ... on Dog { lives name } } }", plan)
    assert response == {
        "data": {"any": {"lives": 7, "name": None}},
        "errors": [
            {
                "message": "no name",
                "path": ["any", "name"],
                "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "subgraph": "a"},
            }
        ],
    }


async def test_a_field_may_come_under_two_keys_each_with_other_parts_of_it() -> None:
    """As where an interface has it, and one of its object types has it with another type."""
    a = Subgraph(
        {"users": [{"id": "1"}, None], "users__wire": [{"age": 7}, None], "product": None, "product__wire": None}
    )
    plan = root(1, "a", "{ users { id } users__wire: users { age } product { upc } product__wire: product { name } }")
    response = await Graph(SDL, a=a).run("{ users { id age } product { upc } }", plan)
    assert response == {"data": {"users": [{"id": "1", "age": 7}, None], "product": None}}


async def test_abstract_types() -> None:
    a = Subgraph(
        {"node": {"__typename": "Cat", "id": "1", "lives": 9}, "any": {"__typename": "Dog", "id": "2", "l": 1}},
        {"node": {"id": "1"}},
        {"any": {"__typename": "Unseen"}},
    )
    graph = Graph(SDL, a=a)
    document = "{ node { id __typename ... on Cat { lives } } any { __typename ... on Dog { l: lives } ...I } }"
    plan = root(1, "a", "{ node { id } any { l: lives id } }")
    response = await graph.run(document + " fragment I on Node { id }", plan)
    assert response == {
        "data": {
            "node": {"id": "1", "__typename": "Cat", "lives": 9},
            "any": {"__typename": "Dog", "l": 1, "id": "2"},
        }
    }
    response = await graph.run("{ node { id ... on Cat { lives } } }", root(1, "a", "{ node { id } }"))
    assert response == {"data": {"node": {"id": "1"}}}  # an interface object whose type nobody asked for
    response = await graph.run("{ any { __typename } }", root(1, "a", "{ any { __typename } }"))
    assert response["data"] == {"any": None}
    assert response["errors"][0]["path"] == ["any"]
    assert "Unseen" not in json.dumps(response)


@pytest.mark.parametrize(
    ("data", "expected", "paths"),
    [
        ({"me": None}, None, [["me"]]),
        ({"me": {"age": None, "reviews": None}}, None, [["me", "age"]]),
        (
            {"me": {"age": 1, "reviews": [{"id": "1"}, None]}},
            {"me": {"age": 1, "reviews": None}},
            [["me", "reviews", 1]],
        ),
        (
            {"me": {"age": 1, "reviews": [{"id": None}]}},
            {"me": {"age": 1, "reviews": None}},
            [["me", "reviews", 0, "id"]],
        ),
    ],
)
async def test_nulls_go_up_to_what_may_be_null(data: Any, expected: Any, paths: list[list[Any]]) -> None:
    response = await Graph(SDL, a=Subgraph(data)).run(
        "{ me { age reviews { id } } }", root(1, "a", "{ me { age reviews { id } } }")
    )
    assert response["data"] == expected
    assert [error["path"] for error in response["errors"]] == paths
    assert {error["extensions"]["code"] for error in response["errors"]} == {"NULL_IN_NON_NULL_FIELD"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"age": 2**31}, None),
        ({"age": 1.0}, {"age": 1}),
        ({"age": "1"}, None),
        ({"age": True}, None),
        ({"id": 7}, {"id": "7"}),
        ({"id": True}, None),
        ({"name": 1}, {"name": None}),
        ({"score": 1}, {"score": 1}),
        ({"score": 1.5}, {"score": 1.5}),
        ({"score": "x"}, {"score": None}),
        ({"ok": 1}, {"ok": None}),
        ({"ok": False}, {"ok": False}),
        ({"color": "RED"}, {"color": "RED"}),
        ({"color": "SECRET"}, {"color": None}),
        ({"color": ["RED"]}, {"color": None}),
        ({"json": {"a": [1, None, {"b": "é"}]}}, {"json": {"a": [1, None, {"b": "é"}]}}),
        ({"json": [1]}, {"json": [1]}),
    ],
)
async def test_leaf_values_are_checked(given: dict[str, Any], expected: Any) -> None:
    field = next(iter(given))
    response = await Graph(SDL, a=Subgraph({"users": [given]})).run(
        f"{{ users {{ {field} }} }}", root(1, "a", "{ users { id } }")
    )
    assert response["data"]["users"] == [expected]
    assert ("errors" in response) is (expected is None or expected[field] is None)
    assert "SECRET" not in json.dumps(response)


async def test_only_variables_in_use_are_sent() -> None:
    a = Subgraph({"users": []})
    plan = root(1, "a", "{ users { id } }", variables=("first", "absent"))
    await Graph(SDL, a=a).run(
        "query($first: Int, $absent: Int, $no: Int) { users { id } }", plan, {"first": 3, "no": 4}
    )
    assert a.bodies == [{"query": "{ users { id } }", "variables": {"first": 3}}]


async def test_conditions_choose_fetches_and_fields() -> None:
    plan = Sequence(
        (
            root(1, "a", "{ me { id age } }"),
            Condition(
                ((SkipInclude("more"),),), entities(2, "b", group("me", "User", "id", "{ name }"), depends_on=(1,))
            ),
        )
    )
    document = "query($more: Boolean = true) { me { age @skip(if: $more) name @include(if: $more) } }"
    for variables, expected in (({}, {"name": "N"}), ({"more": True}, {"name": "N"}), ({"more": False}, {"age": 3})):
        a, b = Subgraph({"me": {"id": "1", "age": 3}}), Subgraph({"_entities": [{"name": "N"}]})
        assert await Graph(SDL, a=a, b=b).run(document, plan, variables) == {"data": {"me": expected}}
        assert len(b.bodies) == ("name" in expected)


async def test_a_fetch_runs_where_one_of_its_conditions_holds() -> None:
    either = ((SkipInclude("a"),), (SkipInclude("b", negated=True),))
    names = entities(2, "b", group("me", "User", "id", "{ name age }"), depends_on=(1,))
    plan = Sequence((root(1, "a", "{ me { id } }"), Condition(either, names)))
    document = "query($a: Boolean!, $b: Boolean!) { me { name @include(if: $a) age @skip(if: $b) } }"
    for variables, expected in (
        ({"a": True, "b": True}, {"name": "N"}),
        ({"a": False, "b": False}, {"age": 3}),
        ({"a": False, "b": True}, {}),
    ):
        a, b = Subgraph({"me": {"id": "1"}}), Subgraph({"_entities": [{"name": "N", "age": 3}]})
        assert await Graph(SDL, a=a, b=b).run(document, plan, variables) == {"data": {"me": expected}}
        assert len(b.bodies) == bool(expected)


async def test_a_group_sends_nothing_where_none_of_its_conditions_holds() -> None:
    either = ((SkipInclude("a"),), (SkipInclude("b"),))
    one = replace(group("me", "User", "id", "{ name }", alias="_e0", variable="r0"), conditions=either)
    other = group("product", "Product", "upc", "{ price }", alias="_e1", variable="r1")
    plan = Sequence((root(1, "a", "{ me { id } product { upc } }"), entities(2, "b", one, other, depends_on=(1,))))
    document = "query($a: Boolean!, $b: Boolean!) { me { name @include(if: $a) } product { price } }"
    a, b = Subgraph({"me": {"id": "1"}, "product": {"upc": "2"}}), Subgraph({"_e0": [], "_e1": [{"price": 5}]})
    expected = {"data": {"me": {}, "product": {"price": 5}}}
    assert await Graph(SDL, a=a, b=b).run(document, plan, {"a": False, "b": False}) == expected
    assert [len(b.bodies[0]["variables"][name]) for name in ("r0", "r1")] == [0, 1]


async def test_required_fields_nested_and_by_type() -> None:
    a = Subgraph(
        {"node": {"__typename": "Dog", "id": "1", "owner": {"dims": [{"w": 1, "more": 2}]}, "lives": 3, "x": 4}}
    )
    b = Subgraph({"_entities": [{"name": "Rex"}]})
    required = (
        RequiredField("id", "id"),
        RequiredField("owner", "owner", (RequiredField("dims", "dims", (RequiredField("w", "w"),)),)),
        RequiredFragment("Dog", ("Dog",), (RequiredField("lives", "lives"),)),
        RequiredFragment("Cat", ("Cat",), (RequiredField("whiskers", "whiskers"),)),
    )
    one = EntityGroup(
        "_entities",
        "r",
        (path("node|Dog,Cat"),),
        (EntityInput(("Dog", "Cat"), None, required, required),),
        selections("{ name }"),
    )
    plan = Sequence((root(1, "a", "{ node { id } }"), entities(2, "b", one, depends_on=(1,))))
    response = await Graph(SDL, a=a, b=b).run("{ node { ... on Dog { name } } }", plan)
    assert b.bodies[0]["variables"]["r"] == [
        {"__typename": "Dog", "id": "1", "owner": {"dims": [{"w": 1}]}, "lives": 3}
    ]
    assert response == {"data": {"node": {"name": "Rex"}}}


async def test_towards_an_interface_object_and_back() -> None:
    a = Subgraph({"node": {"id": "1"}})
    b = Subgraph({"_entities": [{"__typename": "Cat", "lives": 9}]})
    one = EntityGroup(
        "_entities",
        "r",
        (path("node"),),
        (EntityInput(("Cat", "Dog"), "Node", *[(RequiredField("id", "id"),)] * 2),),
        selections("{ __typename }"),
    )
    plan = Sequence((root(1, "a", "{ node { id } }"), entities(2, "b", one, depends_on=(1,))))
    response = await Graph(SDL, a=a, b=b).run("{ node { __typename id ... on Cat { lives } } }", plan)
    assert b.bodies[0]["variables"]["r"] == [{"__typename": "Node", "id": "1"}]
    assert response == {"data": {"node": {"__typename": "Cat", "id": "1", "lives": 9}}}


async def test_introspection_beside_data_and_by_variables() -> None:
    graph = Graph(SDL, a=Subgraph({"product": {"upc": "1"}}, {"product": None}))
    document = "query($n: String!) { __type(name: $n) { ...T } product { upc } s: __schema { queryType { name } } }"
    document += " fragment T on __Type { name }"
    plan = root(1, "a", "{ product { upc } }")
    first = await graph.run(document, plan, {"n": "Cat"})
    assert json.dumps(first) == (
        '{"data": {"__type": {"name": "Cat"}, "product": {"upc": "1"}, "s": {"queryType": {"name": "Query"}}}}'
    )
    assert (await graph.run(document, plan, {"n": "Dog"}))["data"]["__type"] == {"name": "Dog"}
    assert (await graph.run("{ __typename }", None)) == {"data": {"__typename": "Query"}}


async def test_mutations_run_in_series() -> None:
    log: list[str] = []

    class Logged(Subgraph):
        async def send(self, request: Any) -> bytes:
            log.append("start")
            await asyncio.sleep(0.01)
            log.append("end")
            return await super().send(request)

    a, b = Logged({"first": 1}, {"third": 3}), Logged({"second": 2})
    kind = OperationKind.MUTATION
    plan = Sequence(
        (
            root(1, "a", "mutation { first }", kind=kind),
            root(2, "b", "mutation { second }", kind=kind),
            root(3, "a", "mutation { third }", kind=kind),
        )
    )
    response = await Graph(SDL, a=a, b=b).run("mutation { first second third }", plan, kind=kind)
    assert response == {"data": {"first": 1, "second": 2, "third": 3}}
    assert log == ["start", "end"] * 3


async def test_a_fetch_waits_for_no_more_than_it_needs() -> None:
    """In 1 -> 2 and 3 -> 4, printed as two levels, 2 runs while 3 still waits."""
    steps = plan_steps(
        Sequence(
            (
                Parallel((root(1, "a", "{ me { id } }"), root(3, "c", "{ product { upc } }"))),
                Parallel(
                    (
                        entities(2, "b", group("me", "User", "id", "{ name }"), depends_on=(1,)),
                        entities(4, "d", group("product", "Product", "upc", "{ name }"), depends_on=(3,)),
                    )
                ),
            )
        ),
        {},
    )
    ids = [step.fetch.id for step in steps]
    unblocks = [[i for i, other in enumerate(steps) if here in other.waits_for] for here in range(len(steps))]
    order: list[int] = []
    second_done = asyncio.Event()

    async def perform(index: int) -> None:
        if ids[index] == 3:
            await second_done.wait()
        order.append(ids[index])
        if ids[index] == 2:
            second_done.set()

    await asyncio.wait_for(run_steps(steps, unblocks, perform), 2)
    assert order == [1, 2, 3, 4]


@pytest.mark.parametrize("booleans", [{"v": True}, {"v": False}])
def test_a_step_waits_for_what_a_skipped_one_waited_for(booleans: Booleans) -> None:
    steps = plan_steps(
        Sequence(
            (
                root(1, "a", "{ me { id } }"),
                Condition(
                    ((SkipInclude("v"),),), entities(2, "b", group("me", "User", "id", "{ name }"), depends_on=(1,))
                ),
                entities(3, "c", group("me", "User", "id", "{ age }"), depends_on=(2,)),
            )
        ),
        booleans,
    )
    assert [step.waits_for for step in steps] == ([(), (0,), (1,)] if booleans["v"] else [(), (0,)])


async def test_what_a_step_raises_ends_the_others() -> None:
    steps = plan_steps(Parallel(tuple(root(id_, "a", "{ me { id } }") for id_ in range(3))), {})
    cancelled: list[int] = []

    async def perform(index: int) -> None:
        if index == 1:
            raise RuntimeError("broken")
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            cancelled.append(index)
            raise

    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(run_steps(steps, [(), (), ()], perform), 2)
    assert sorted(cancelled) == [0, 2]
