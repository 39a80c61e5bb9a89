"""Usage reports through the front door: HTTP, WebSocket and streams, and a registry that takes none."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from hanse_wire.settings import SettingsError
from hanse_wire.usage_report import OperationUse, encode_report
from tests.router.platform import Platform
from tests.router.registry.conftest import RouterOf
from tests.router.registry.fake import FakeRegistry, until
from tests.router.server.sockets import Socket

WEB = {"apollographql-client-name": "web", "apollographql-client-version": "1.2"}


@pytest.fixture
async def platform(router_of: RouterOf) -> Platform:
    made = reporting(router_of)
    await made.router.start()
    return made


def reporting(router_of: RouterOf, **usage: Any) -> Platform:
    return router_of(usage={"enabled": True, "interval_seconds": 0.05, "router": "r1", **usage})


def uses(registry: FakeRegistry) -> dict[str, OperationUse]:
    """What was reported, by signature; the last report of each."""
    return {use.signature: use for report in registry.reports for use in report.operations}


def total(registry: FakeRegistry, signature: str) -> int:
    return sum(use.count for report in registry.reports for use in report.operations if use.signature == signature)


async def test_uses_are_reported(registry: FakeRegistry, platform: Platform) -> None:
    for number in range(3):
        await platform.post(f'query Say {{ s: echo(a: {number}, any: {{password: "hunter2"}}) }}', headers=WEB)
    await platform.post("query Secret($x: Int!) { echo(a: $x, b: {x: $x, y: null}) }", variables={"x": 77_123})
    say = 'query Say { _1: echo(a: 0, any: "") }'
    secret = "query Secret($x: Int!) { echo(a: $x, b: {x: $x, y: null}) }"
    await until(lambda: total(registry, say) == 3 and total(registry, secret) == 1)
    use = uses(registry)[say]
    assert (use.client.name, use.client.version, use.name, use.kind) == ("web", "1.2", "Say", "query")
    assert use.hash == hashlib.sha256(say.encode()).hexdigest()
    report = registry.reports[0]
    assert (report.version, report.router, report.dropped, report.sample_rate) == (1, "r1", 0, 1.0)
    sent = b"".join(map(encode_report, registry.reports))
    for word in (b"hunter2", b"password", b"77123"):
        assert word not in sent


async def test_errors_and_refusals_are_counted(registry: FakeRegistry, platform: Platform) -> None:
    await platform.post("{ secret }")  # an error in the data: not authenticated
    await platform.post("query ($a: Int!) { echo(a: $a) }", variables={"a": "no"})
    await platform.post("{ none }")  # not valid: no operation of the schema
    await until(lambda: len(uses(registry)) == 2)
    assert {signature: use.errors for signature, use in uses(registry).items()} == {
        "query { secret }": 1,
        "query($a: Int!) { echo(a: $a) }": 1,
    }


async def test_websocket_and_streams_are_counted(registry: FakeRegistry, platform: Platform) -> None:
    async with Socket(platform, headers=WEB) as socket:
        await socket.init()
        await socket.run("{ hello }")
        await socket.run("subscription { tick(n: 2) }", key="2")
    headers = {"accept": "text/event-stream"}
    reply = await platform.post("subscription { tick(n: 5) }", headers=headers)
    assert reply.status == 200
    await until(lambda: total(registry, "subscription { tick(n: 0) }") == 2)
    assert total(registry, "query { hello }") == 1
    assert {use.kind for use in uses(registry).values()} == {"query", "subscription"}
    assert uses(registry)["query { hello }"].client.name == "web"


@pytest.mark.parametrize("status", [503, 401, 429])
async def test_what_cannot_be_sent_is_sent_later(registry: FakeRegistry, router_of: RouterOf, status: int) -> None:
    platform = reporting(router_of)
    await platform.router.start()
    registry.report_status = status
    failed = platform.router.engine.metrics.registry
    await platform.post("{ hello }")
    await until(lambda: (failed.get_sample_value("hanse_usage_reports_total", {"outcome": "failed"}) or 0) > 0)
    for _ in range(4):
        await platform.post("{ hello }")
    registry.report_status = 202
    await until(lambda: total(registry, "query { hello }") == 5)


async def test_a_report_that_is_never_accepted_is_dropped(
    registry: FakeRegistry, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    registry.report_status = 413
    metrics = platform.router.engine.metrics.registry
    await platform.post("{ hello }")
    await until(lambda: metrics.get_sample_value("hanse_usage_dropped_total") == 1)
    registry.report_status = 202
    await platform.post("{ caller }")
    await until(lambda: total(registry, "query { caller }") == 1)
    assert "refused a usage report with status 413" in caplog.text


async def test_the_rest_is_sent_when_the_router_stops(registry: FakeRegistry, router_of: RouterOf) -> None:
    platform = reporting(router_of, interval_seconds=3_600)
    await platform.router.start()
    for _ in range(3):
        await platform.post("{ hello }")
    await platform.router.stop()
    assert total(registry, "query { hello }") == 3


async def test_a_router_stops_while_the_registry_is_unavailable(
    registry: FakeRegistry, router_of: RouterOf, caplog: pytest.LogCaptureFixture
) -> None:
    platform = reporting(router_of, interval_seconds=3_600, timeout_seconds=0.1)
    await platform.router.start()
    await platform.post("{ hello }")
    registry.hangs = True
    await platform.router.stop()
    assert "1 operations were not reported" in caplog.text


async def test_many_entries_are_sent_in_several_reports(registry: FakeRegistry, router_of: RouterOf) -> None:
    platform = reporting(router_of, interval_seconds=3_600, max_entries=2_500)
    await platform.router.start()
    for number in range(1_300):  # half of the memory is full before: reported at once
        await platform.post("{ hello }", headers={"graphql-client-name": str(number)})
    await until(lambda: total(registry, "query { hello }") >= 1_250)
    await platform.router.stop()
    assert total(registry, "query { hello }") == 1_300
    assert max(len(report.operations) for report in registry.reports) <= 1_000


async def test_a_router_over_a_file_reports_too(registry: FakeRegistry, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"usage\.url"):
        Platform(tmp_path, usage={"enabled": True})
    settings = {
        "enabled": True,
        "interval_seconds": 0.05,
        "url": registry.supergraph_url.replace("supergraph", "usage"),
    }
    platform = Platform(tmp_path, usage=settings, supergraph={"api_key": "a-secret-key"})
    await platform.router.start()
    await platform.post("{ hello }")
    await until(lambda: total(registry, "query { hello }") == 1)
    assert registry.reports[0].version is None
    await platform.router.stop()
