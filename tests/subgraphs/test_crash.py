"""A process killed anywhere on an event's way: after a restart nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from hanse_subgraph.ids import new_id
from subgraphs.analytics.app import create as create_analytics
from subgraphs.analytics.settings import AnalyticsSettings
from subgraphs.catalog.app import create as create_catalog
from subgraphs.catalog.settings import CatalogSettings
from tests.subgraphs.crashing import POINTS
from tests.subgraphs.harness import Person, Router, eventually, started


async def killed_at(point: str, folder: Path, router: Router) -> None:
    """Run the crashing process, and kill it where it blocks."""
    token = router.headers("catalog", new_id(), scope="catalog:write")["authorization"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.subgraphs.crashing", folder, router.jwks_url, token, point),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"standing still\n"
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("point", POINTS)
async def test_an_event_survives_a_kill_and_counts_once(point: str, tmp_path: Path, router: Router) -> None:
    await killed_at(point, tmp_path, router)
    common = {"data_dir": tmp_path, "router_jwks_url": router.jwks_url}
    async with (
        started(create_catalog(CatalogSettings.load(**common))) as catalog,
        started(create_analytics(AnalyticsSettings.load(**common))) as analytics,
    ):
        requests = Person(analytics, router)
        wanted = {"stats": {"products": 1, "eventsProcessed": 1, "uniqueUsers": 1}}
        await eventually(lambda: requests.get("{ stats { products eventsProcessed uniqueUsers } }"), wanted)
        assert (await Person(catalog, router).get("{ products { totalCount } }"))["products"]["totalCount"] == 1
        seller = Person(catalog, router, new_id(), {"scope": "catalog:write"})
        await seller.get('mutation { createProduct(input: {name: "Lamp", price: {amountMinor: 1}}) { id } }')
        wanted = {"stats": {"products": 2, "eventsProcessed": 2, "uniqueUsers": 2}}
        await eventually(lambda: requests.get("{ stats { products eventsProcessed uniqueUsers } }"), wanted)
        assert catalog.events is not None
        assert sum((await catalog.events.lag("a test")).values()) == 2
