"""Relay and consumer as processes of their own, beside a subgraph that leaves them alone."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx

from hanse_subgraph.ids import new_id
from subgraphs.analytics.app import create as create_analytics
from subgraphs.analytics.settings import AnalyticsSettings
from subgraphs.catalog.app import create as create_catalog
from subgraphs.catalog.settings import CatalogSettings
from tests.e2e.processes import HANSE, run_to_end, running
from tests.subgraphs.harness import Person, Router, eventually, somebody, started

CREATE = """mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id } }"""
COUNTED = "{ stats { products } }"


async def test_a_relay_and_a_consumer_each_in_its_process(tmp_path: Path) -> None:
    router = Router(tmp_path / "router")
    common = {"data_dir": tmp_path, "router_jwks_url": router.jwks_url}
    env = {f"HANSE_{name}_DATA_DIR": str(tmp_path) for name in ("CATALOG", "ANALYTICS")}
    async with (
        started(create_catalog(CatalogSettings.load(**common, relay_events=False))) as catalog,
        started(create_analytics(AnalyticsSettings.load(**common, consume_events=False))) as analytics,
    ):
        await somebody(catalog, router, new_id(), "catalog:write").get(CREATE)
        requests = Person(analytics, router)
        with (
            running(HANSE, "relay", "catalog", env=env) as relay,
            running(HANSE, "consumer", "analytics", env=env) as consumer,
        ):
            relay.wait_for("relay of catalog runs")
            consumer.wait_for("consumer of analytics runs")
            await eventually(lambda: requests.get(COUNTED), {"stats": {"products": 1}})
            assert (relay.stop(), consumer.stop()) == (0, 0)


async def test_they_tell_of_their_health_and_of_what_waits_where_they_are_given_a_port(tmp_path: Path) -> None:
    router = Router(tmp_path / "router")
    common = {"data_dir": tmp_path, "router_jwks_url": router.jwks_url}
    env = {f"HANSE_{name}_DATA_DIR": str(tmp_path) for name in ("CATALOG", "ANALYTICS")}
    async with started(create_catalog(CatalogSettings.load(**common, relay_events=False))) as catalog:
        await somebody(catalog, router, new_id(), "catalog:write").get(CREATE)
    with (
        running(HANSE, "relay", "catalog", "--metrics-port", "0", env=env) as relay,
        running(HANSE, "consumer", "analytics", env=env | {"HANSE_METRICS_PORT": "0"}) as consumer,
    ):
        async with httpx.AsyncClient(trust_env=False) as http:

            async def message(url: str, name: str) -> float:
                lines = (await http.get(url)).text.splitlines()
                return sum(float(line.split()[-1]) for line in lines if line.startswith(f"{name}{{"))

            relays, consumers = (
                one.wait_for(r"of \w+ runs; its metrics are on (http://127\.0\.0\.1:\d+/metrics)")[1]
                for one in (relay, consumer)
            )
            await eventually(lambda: message(relays, "hanse_events_relayed_total"), 1.0)
            await eventually(lambda: message(relays, "hanse_outbox_waiting"), 0.0)
            await eventually(lambda: message(consumers, "hanse_events_handled_total"), 1.0)
            await eventually(lambda: message(consumers, "hanse_consumer_lag"), 0.0)
            assert "hanse_consumer_lag{consumer=" in (await http.get(consumers)).text
            for path, status in (("health/live", 200), ("health/ready", 200), ("graphql", 404)):
                assert (await http.get(consumers.replace("metrics", path))).status_code == status
        assert (relay.stop(), consumer.stop()) == (0, 0)


def test_a_port_for_metrics_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        env = {"HANSE_CATALOG_DATA_DIR": str(tmp_path)}
        done = run_to_end(HANSE, "relay", "catalog", "--metrics-port", port, env=env)
    [line] = done.stderr.splitlines()
    assert "in use" in line
    assert "--metrics-port" in line


def test_who_handles_nothing_has_no_consumer(tmp_path: Path) -> None:
    done = run_to_end(HANSE, "consumer", "users", env={"HANSE_USERS_DATA_DIR": str(tmp_path)})
    assert done.returncode != 0
    assert done.stderr.splitlines() == ["hanse: users consumes no events: it has no consumer to run"]
