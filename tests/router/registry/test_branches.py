"""Feature branches: a request asks for one by a header or a cookie."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hanse_router import branches
from hanse_router.settings_supergraph import BranchSettings
from hanse_wire.settings import SettingsError
from tests.router.platform import ACCOUNTS, Platform, supergraph_sdl
from tests.router.registry.conftest import RouterOf
from tests.router.registry.fake import FakeRegistry, until
from tests.router.server.sockets import Socket

WITH_NEWS = supergraph_sdl(ACCOUNTS.replace("  hello: String!\n", "  hello: String!\n  news: String\n"))
CHECKOUT = {"x-hanse-branch": "checkout"}


async def serving(router_of: RouterOf, **settings: Any) -> Platform:
    platform = router_of(**{"branches": {"header": "x-hanse-branch", "cookie": "branch"}, **settings})
    await platform.router.start()
    return platform


async def test_a_request_chooses_a_branch(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout")
    platform = await serving(router_of)
    assert (await platform.post("{ news }")).codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert (await platform.post("{ news hello }", headers=CHECKOUT)).status == 200
    assert (await platform.post("{ news }", headers={"cookie": "a=b; branch=checkout"})).status == 200
    assert (await platform.post("{ news }", headers={**CHECKOUT, "x-hanse-branch": ""})).status == 400
    assert platform.router.engine.metrics.registry.get_sample_value("hanse_branches") == 1
    assert [poll for poll in registry.polls if poll == ("checkout", 200)] == [("checkout", 200)]


async def test_off_by_default(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout")
    platform = await serving(router_of, branches={})
    assert (await platform.post("{ news }", headers=CHECKOUT)).status == 400


@pytest.mark.parametrize("name", ["none", "a/b", "../x", "x" * 1_000, "é", "checkout?branch=production"])
async def test_an_unknown_branch(registry: FakeRegistry, router_of: RouterOf, name: str) -> None:
    platform = await serving(router_of)
    for _ in range(3):
        reply = await platform.post("{ hello }", headers={"x-hanse-branch": name})
        assert (reply.status, reply.codes) == (404, ["BRANCH_NOT_FOUND"])
    assert len([poll for poll in registry.polls if poll[0] is not None]) <= 1  # it is remembered
    async with Socket(platform, headers={"x-hanse-branch": "none"}) as socket:
        await socket.init()
        (error,) = await socket.run("{ hello }")
        assert error["payload"][0]["extensions"]["code"] == "BRANCH_NOT_FOUND"


async def test_a_branch_is_polled_and_may_be_deleted(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(supergraph_sdl(), 1, branch="checkout")
    platform = await serving(router_of)
    assert (await platform.post("{ news }", headers=CHECKOUT)).status == 400
    registry.publish(WITH_NEWS, 2, branch="checkout")

    async def status(expected: int) -> bool:
        return (await platform.post("{ news }", headers=CHECKOUT)).status == expected

    await until(lambda: status(200))
    registry.publish("type Query { a: Int }", 3, branch="checkout")  # refused: version 2 stays
    await until(lambda: registry.polls.count(("checkout", 200)) >= 4)
    assert await status(200)
    del registry.published["checkout"]
    await until(lambda: status(404))
    assert (await platform.post("{ hello }")).status == 200


async def test_signatures_of_branches(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout", variant="staging")
    platform = await serving(router_of)
    reply = await platform.post("{ news }", headers=CHECKOUT)
    assert (reply.status, reply.codes) == (503, ["BRANCH_UNAVAILABLE"])
    registry.publish(supergraph_sdl(), 2)  # what is signed for a branch is not accepted for the variant
    registry.published["checkout"] = registry.published[None]
    assert (await platform.post("{ news }", headers=CHECKOUT)).status == 400


async def test_a_registry_that_is_unavailable(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout")
    platform = await serving(router_of)
    assert (await platform.post("{ news }", headers=CHECKOUT)).status == 200
    registry.fails = 503
    reply = await platform.post("{ hello }", headers={"x-hanse-branch": "other"})
    assert (reply.status, reply.codes) == (503, ["BRANCH_UNAVAILABLE"])
    assert reply.headers["retry-after"] == "10"
    polls = len(registry.polls)
    await until(lambda: len(registry.polls) > polls + 2)
    assert (await platform.post("{ news }", headers=CHECKOUT)).status == 200


async def test_branches_are_bounded(registry: FakeRegistry, router_of: RouterOf) -> None:
    for number in range(5):
        registry.publish(WITH_NEWS, 1, branch=f"b{number}")
    platform = await serving(router_of, branches={"header": "x-hanse-branch", "max": 2})
    replies = [await platform.post("{ news }", headers={"x-hanse-branch": f"b{number}"}) for number in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 503, 503, 503]
    assert replies[2].codes == ["BRANCHES_BUSY"]
    names = [f"n{number}" for number in range(50)]
    replies = await asyncio.gather(*(platform.post("{ a }", headers={"x-hanse-branch": name}) for name in names))
    assert {reply.codes[0] for reply in replies} == {"BRANCHES_BUSY"}
    assert (await platform.post("{ news }", headers={"x-hanse-branch": "b1"})).status == 200
    assert (await platform.post("{ hello }")).status == 200


async def test_an_idle_branch_is_dropped_and_another_takes_its_place(
    registry: FakeRegistry, router_of: RouterOf
) -> None:
    for name in ("b0", "b1"):
        registry.publish(WITH_NEWS, 1, branch=name)
    platform = await serving(router_of, branches={"header": "x-hanse-branch", "max": 1, "idle_seconds": 0.1})
    metrics = platform.router.engine.metrics.registry
    assert (await platform.post("{ news }", headers={"x-hanse-branch": "b0"})).status == 200
    await until(lambda: metrics.get_sample_value("hanse_branches") == 0)
    assert (await platform.post("{ news }", headers={"x-hanse-branch": "b1"})).status == 200


async def test_many_requests_make_a_branch_once(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout")
    platform = await serving(router_of)
    replies = await asyncio.gather(*(platform.post("{ news }", headers=CHECKOUT) for _ in range(4)))
    assert [reply.status for reply in replies] == [200] * 4
    assert registry.polls.count(("checkout", 200)) == 1


async def test_subscriptions_of_a_branch_end_with_its_supergraph(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(supergraph_sdl(), 1, branch="checkout")
    platform = await serving(router_of)
    stream = asyncio.create_task(
        platform.post(
            "subscription { tick(n: 1000, pause: 0.05) }", headers={**CHECKOUT, "accept": "text/event-stream"}
        )
    )
    async with Socket(platform, headers=CHECKOUT) as socket:
        await socket.init()
        socket.send(type="subscribe", id="1", payload={"query": "subscription { tick(n: 1000, pause: 0.05) }"})
        assert (await socket.receive())["type"] == "next"
        registry.publish(WITH_NEWS, 2, branch="checkout")
        while (message := await socket.receive())["type"] == "next":
            pass
        assert message["payload"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        assert (await socket.run("{ news }", key="2"))[0]["payload"]["data"] == {"news": None}
    assert "SERVICE_UNAVAILABLE" in (await asyncio.wait_for(stream, 5)).body.decode()


async def test_a_new_version_of_the_variant_leaves_branches_in_service(
    registry: FakeRegistry, router_of: RouterOf
) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout")
    platform = await serving(router_of)
    assert (await platform.post("{ news }", headers=CHECKOUT)).status == 200
    metrics = platform.router.engine.metrics.registry
    registry.publish(supergraph_sdl(ACCOUNTS.replace("  hello: String!\n", "")), 2)
    await until(lambda: metrics.get_sample_value("hanse_supergraph_version") == 2)
    assert (await platform.post("{ hello }", headers=CHECKOUT)).json == {"data": {"hello": "world"}}
    assert (await platform.post("{ hello }")).status == 400


async def test_caches_on_the_way_know_that_the_header_decides(registry: FakeRegistry, router_of: RouterOf) -> None:
    assert BranchSettings(header="X-Branch", cookie="b").chosen_by == ("x-branch", "cookie")
    assert BranchSettings().chosen_by == ()


async def test_requests_to_branches_are_not_reported(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(WITH_NEWS, 1, branch="checkout")
    platform = await serving(router_of, usage={"enabled": True, "interval_seconds": 3_600})
    await platform.post("{ news }", headers=CHECKOUT)
    await platform.post("{ hello }")
    await platform.router.stop()
    assert [use.signature for report in registry.reports for use in report.operations] == ["query { hello }"]


async def test_branches_need_a_registry(registry: FakeRegistry, router_of: RouterOf) -> None:
    with pytest.raises(SettingsError, match=r"branches\.header"):
        router_of(url=f"{registry.url}/any", branches={"header": "x-hanse-branch"}, supergraph={"public_keys": None})
    assert branches.NAME.fullmatch("feature-1.2_x") is not None
