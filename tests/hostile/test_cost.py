"""Short operations that could return very much: refused before they are planned, whatever way they are written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from graphql import get_introspection_query, parse

from deploy.project import PROJECT
from hanse_router.execute import Response
from hanse_router.guards.demand_control import CostedExecution, DemandControl
from hanse_router.operation_kind import OperationKind
from hanse_router.prepare.cost import Costs, OperationCost
from hanse_router.prepare.expand import expand_operation
from hanse_router.request import RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.telemetry.metrics import Metrics
from hanse_schema.supergraph import api_schema, parse_supergraph
from tests.hostile.callers import Caller, Harbour, harbour
from tests.hostile.probe import no_stall
from tests.router.planner.test_bounds import calls_of

REFUSED = "COST_ESTIMATED_TOO_EXPENSIVE"


def nested(levels: int, slicing: str = "(first: 100)") -> str:
    """The products of the seller of the products of the seller ..."""
    below = f"seller {{ {nested(levels - 1, slicing)} }}" if levels > 1 else "id"
    return f"products{slicing} {{ nodes {{ {below} }} }}"


def of_user(selection: str, variables: str = "") -> str:
    """An operation on the user `$id`."""
    return f"query($id: ID!{variables}) {{ user(id: $id) {{ {selection} }} }}"


AMPLIFYING = {
    "three levels": of_user(nested(3)),
    "two levels": of_user(nested(2)),
    "edges": of_user(nested(2).replace("nodes { seller", "edges { node { seller") + " }"),
    "sizes by default": of_user(nested(4, "")),
    "aliases": of_user(" ".join(f"a{n}: {nested(1)}" for n in range(110))),
    "fragments": of_user("...A") + f" fragment A on User {{ products(first: 100) {{ nodes {{ seller {{ ...B }} }} }} }}"
    f" fragment B on User {{ {nested(1)} }}",
    "from a list": f"{{ products(last: 100) {{ nodes {{ seller {{ {nested(1)} }} }} }} }}",
    "conditions": of_user(f"... @include(if: $on) {{ {nested(2)} }}", ", $on: Boolean = true"),
    "variables": of_user(nested(2, "(first: $n)"), ", $n: Int"),
    "a large number": of_user(nested(1, "(first: 2147483647)")),
}
SCHEMA = "__schema { types { fields { args { type { ofType { name } } } type { ofType { fields { name } } } } } }"
CREATE = 'createProduct(input: {{name: "Rope {0}", sku: "ROPE-{0}", price: {{amountMinor: 100}}}}) {{ id }}'


def published_cost(text: str) -> OperationCost:
    """The cost of an operation over the platform's own supergraph, with the default settings."""
    supergraph = parse_supergraph((PROJECT.published / "supergraph.graphql").read_text())
    api = api_schema(supergraph)
    costs = Costs(supergraph, api, RouterSettings().demand_control)
    return costs.annotate(expand_operation(parse(text), supergraph, api))


REFUSAL_SECONDS = 0.25  # of all threads; what is refused here took from seconds to minutes to answer


async def with_products(place: Harbour, count: int) -> Caller:
    """A seller of so many products."""
    seller = await place.registered("seller")
    await seller.data("mutation { " + " ".join(f"p{n}: {CREATE.format(n)}" for n in range(count)) + " }")
    return seller


async def test_amplifying_operations_are_refused_in_little_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        seller = await with_products(place, 100)
        for name, text in AMPLIFYING.items():
            before = time.process_time()
            response = await seller.send(text, id=seller.user_id, n=100)
            spent = time.process_time() - before
            assert [error["extensions"]["code"] for error in response["errors"]] == [REFUSED], name
            assert "data" not in response, name
            assert spent < REFUSAL_SECONDS, f"{name}: {spent * 1000:.0f} ms"


async def test_the_same_operations_with_short_lists_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        seller = await with_products(place, 5)
        data = await seller.data(AMPLIFYING["variables"], id=seller.user_id, n=3)
        [product, *_] = data["user"]["products"]["nodes"]
        assert len(product["seller"]["products"]["nodes"]) == 3
        assert await seller.codes(get_introspection_query()) == []
        assert await seller.codes("{ products(first: 100) { nodes { seller { products { totalCount } } } } }") == []


async def test_many_introspections_at_once_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        aliases = "{ " + " ".join(f"a{n}: {SCHEMA}" for n in range(66)) + " }"
        async with no_stall():
            assert await place.anybody.codes(aliases) == [REFUSED]


async def test_subscriptions_and_mutations_are_refused_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        below = "products(first: 100) { nodes { seller { products(first: 100) { nodes { id } } } } }"
        login = f'login(login: "x", password: "y") {{ user {{ {below} }} }}'
        assert await place.anybody.codes(f"mutation {{ {login} }}") == [REFUSED]


def test_an_estimate_by_variables_takes_little_time() -> None:
    """Ten times the fields with variables, at most fifteen times the work of a request."""

    def calls(count: int) -> int:
        uses = " ".join(f"a{n}: user(id: 1) {{ products(first: $n) {{ nodes {{ id }} }} }}" for n in range(count))
        cost = published_cost(f"query($n: Int) {{ {uses} }}")
        assert cost.constant is None
        return calls_of(lambda: cost.estimate({"n": 3}))

    assert calls(200) <= 15 * calls(20)


async def test_counting_a_response_of_any_size_does_not_stall() -> None:
    cost = published_cost("{ products { nodes { seller { id } } } }")
    data = {"products": {"nodes": [{"seller": {"id": "1"}} for _ in range(300_000)]}}
    demand = DemandControl(RouterSettings().demand_control, Metrics())
    asking = RequestContext(headers={"x-hanse-cost": "1"})
    async with no_stall():
        execution = CostedExecution(cost, OperationKind.QUERY, {}, estimated=41)
        response = await demand.completed(execution, Response(data), asking)
    assert response.extensions == {"cost": {"estimated": 41, "actual": 600_001, "max": 10_000}}
