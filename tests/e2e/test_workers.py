"""Relay and consumer as processes of their own, beside a subgraph that leaves them alone."""

from __future__ import annotations

from pathlib import Path

from shared.ids import new_id
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
        asked = Person(analytics, router)
        with (
            running(HANSE, "relay", "catalog", env=env) as relay,
            running(HANSE, "consumer", "analytics", env=env) as consumer,
        ):
            relay.wait_for("relay of catalog runs")
            consumer.wait_for("consumer of analytics runs")
            await eventually(lambda: asked.get(COUNTED), {"stats": {"products": 1}})
            assert (relay.stop(), consumer.stop()) == (0, 0)


def test_who_handles_nothing_has_no_consumer(tmp_path: Path) -> None:
    done = run_to_end(HANSE, "consumer", "payments", env={"HANSE_PAYMENTS_DATA_DIR": str(tmp_path)})
    assert done.returncode != 0
    assert done.stderr.splitlines() == ["hanse: payments consumes no events: it has no consumer to run"]
