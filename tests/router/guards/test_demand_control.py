"""Demand control through the front door: refusals, extensions, metrics, modes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.router.platform import Platform

EXPENSIVE = "{ things { id } }"  # two things, estimated as five
ASKING = {"x-hanse-cost": "1"}


def over(folder: Path, **demand_control: Any) -> Platform:
    """A router with these settings of demand control."""
    return Platform(folder, demand_control=demand_control)


async def metrics_of(platform: Platform) -> str:
    """What Prometheus reads."""
    return (await platform.send("GET", "/metrics")).body.decode()


async def test_an_operation_above_the_maximum_is_refused_with_both_costs(tmp_path: Path) -> None:
    platform = over(tmp_path, max_cost=4)
    reply = await platform.post(EXPENSIVE, headers={"accept": "application/graphql-response+json"})
    assert reply.status == 400
    [error] = reply.json["errors"]
    assert error["extensions"] == {"code": "COST_ESTIMATED_TOO_EXPENSIVE", "cost": {"estimated": 5, "max": 4}}
    assert "demand_control.max_cost" in error["message"]
    assert platform.subgraphs["accounts"].requests == []
    assert 'hanse_refused_total{code="COST_ESTIMATED_TOO_EXPENSIVE"} 1.0' in await metrics_of(platform)
    assert "hanse_cost_too_high_total 1.0" in await metrics_of(platform)


async def test_measuring_refuses_nothing_and_counts_everything(tmp_path: Path) -> None:
    platform = over(tmp_path, mode="measure", max_cost=4)
    for _ in range(3):
        assert "errors" not in (await platform.post(EXPENSIVE)).json
    metrics = await metrics_of(platform)
    assert "hanse_cost_too_high_total 3.0" in metrics
    assert 'hanse_cost_estimated_sum{kind="query"} 15.0' in metrics
    assert 'hanse_cost_actual_sum{kind="query"} 6.0' in metrics


async def test_turned_off_nothing_is_refused_or_counted(tmp_path: Path) -> None:
    platform = over(tmp_path, mode="off", max_cost=1)
    reply = await platform.post(EXPENSIVE, headers=ASKING)
    assert "errors" not in reply.json
    assert "extensions" not in reply.json
    assert 'hanse_cost_estimated_sum{kind="query"}' not in await metrics_of(platform)


async def test_a_request_that_asks_has_both_costs_in_its_response(platform: Platform) -> None:
    for _ in range(4):  # on the general path, and by generated code
        reply = await platform.post(EXPENSIVE, headers=ASKING)
        assert reply.json["extensions"] == {"cost": {"estimated": 5, "actual": 2, "max": 10_000}}
        assert "extensions" not in (await platform.post(EXPENSIVE)).json


async def test_the_settings_decide_who_has_the_cost(tmp_path: Path) -> None:
    never = over(tmp_path / "never", extensions="never")
    assert "extensions" not in (await never.post(EXPENSIVE, headers=ASKING)).json
    always = over(tmp_path / "always", extensions="always")
    assert (await always.post("{ hello }")).json["extensions"]["cost"]["actual"] == 0


async def test_callers_that_share_an_execution_do_not_share_the_extension(tmp_path: Path) -> None:
    platform = Platform(tmp_path, share_operations=True)
    posts = (platform.post("{ slow me { id } }", headers=headers) for headers in ({}, ASKING))
    replies = await asyncio.gather(*posts)
    assert [reply.json.get("extensions", {}).get("cost", {}).get("actual") for reply in replies] == [None, 1]


async def test_a_longer_list_than_declared_is_returned_and_counted(tmp_path: Path) -> None:
    platform = over(tmp_path, list_size=1, actual=True)
    reply = await platform.post(EXPENSIVE, headers=ASKING)
    assert len(reply.json["data"]["things"]) == 2
    assert reply.json["extensions"]["cost"] == {"estimated": 1, "actual": 2, "max": 10_000}
    assert "hanse_cost_underestimated_total 1.0" in await metrics_of(platform)


async def test_each_event_of_a_subscription_has_its_cost(platform: Platform) -> None:
    reply = await platform.post("subscription { tick(n: 2) }", headers={"accept": "text/event-stream", **ASKING})
    assert reply.body.count(b'"cost":{"estimated":0,"actual":0') == 2


async def test_a_mutation_costs_ten(platform: Platform) -> None:
    reply = await platform.post("mutation { set(x: 1) }", headers=ASKING)
    assert reply.json["extensions"]["cost"]["actual"] == 10


async def test_introspection_by_tools_fits_and_many_of_them_do_not(platform: Platform) -> None:
    schema = "__schema { types { fields { args { type { ofType { ofType { name } } } } type { fields { name } } } } }"
    assert "errors" not in (await platform.post(f"{{ {schema} }}")).json
    reply = await platform.post("{ " + " ".join(f"a{n}: {schema}" for n in range(66)) + " }")
    assert reply.json["errors"][0]["extensions"]["code"] == "COST_ESTIMATED_TOO_EXPENSIVE"
