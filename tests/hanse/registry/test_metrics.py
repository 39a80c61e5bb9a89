"""`/metrics` of the server, as Prometheus reads it, and who may read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanse.registry.errors import CompositionFailed, VersionConflict
from hanse.registry.server.keys import Scope
from hanse.registry.server.metrics import kind_of
from hanse.registry.store import CheckOutcome, CheckRecord
from tests.hanse.registry.requests import code_of, send
from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.hanse.registry.stores import BROKEN, CATALOG, CATALOG_WITH_PRICE, REVIEWS, publish
from tests.hanse.registry.test_routers import Shop, use

SAMPLE = re.compile(r"(?P<name>\w+?)_total(?:\{(?P<labels>[^}]*)\})? (?P<value>[\d.]+)")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningRegistry]:
    """A server that nobody else asks."""
    with running_registry(tmp_path, max_operations=2) as running:
        yield running


def counts(registry: RunningRegistry) -> dict[str, int]:
    """The samples above zero of a scrape, such as `polls new`."""
    status, headers, body = send(registry, "/metrics", key=registry.create_key(Scope.METRICS))
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    assert headers["cache-control"] == "no-store"
    found = {}
    for line in body.decode().splitlines():
        if (sample := SAMPLE.fullmatch(line)) is not None and float(sample["value"]):
            labels = " ".join(re.findall(r'"([^"]*)"', sample["labels"] or ""))
            found[f"{sample['name'].removeprefix('hanse_registry_')} {labels}".strip()] = int(float(sample["value"]))
    return found


def test_what_is_counted(own: RunningRegistry) -> None:
    shop = Shop(own)  # the first publish
    publish(shop.store, "catalog", CATALOG)
    publish(shop.store, "reviews", REVIEWS)
    with pytest.raises(CompositionFailed):
        publish(shop.store, "reviews", BROKEN)
    with pytest.raises(VersionConflict):
        publish(shop.store, "catalog", CATALOG_WITH_PRICE, base=1)
    for number, outcome in enumerate((CheckOutcome.FAILED, CheckOutcome.FAILED, CheckOutcome.PASSED)):
        shop.store.record_check(
            CheckRecord(
                id=f"a{number}",
                variant="production",
                subgraph="catalog",
                outcome=outcome,
                who="",
                when=datetime.now(UTC),
            )
        )
    _, headers, _ = shop.poll()
    for _ in range(3):
        assert shop.poll(**{"if-none-match": headers["etag"]})[0] == 304
    for _ in range(2):
        shop.report(*(use(f"{{ f{number} }}") for number in range(5)), id="report-1")
    assert shop.poll("nowhere/supergraph")[0] == 404
    assert send(own, "/graphql", b"{}")[0] == 401
    assert send(own, "/sign-in")[0] == 200
    assert send(own, "/health/live")[0] == 200
    found = counts(own)
    graphql = {name: found.pop(name) for name in list(found) if name.startswith("requests graphql")}
    assert found == {
        "publishes published": 2,
        "publishes unchanged": 1,
        "publishes COMPOSITION_FAILED": 1,
        "publishes VERSION_CONFLICT": 1,
        "checks failed": 2,
        "checks passed": 1,
        "polls new": 1,
        "polls unchanged": 3,
        "usage_reports counted": 1,
        "usage_reports repeated": 1,
        "usage_dropped": 3,
        "requests supergraph 200": 1,
        "requests supergraph 304": 3,
        "requests supergraph 404": 1,
        "requests usage 202": 2,
        "requests page 200": 1,
        "requests health 200": 1,
    }
    assert graphql == {
        "requests graphql 200": 6,
        "requests graphql 401": 1,
        "requests graphql 409": 1,
        "requests graphql 422": 1,
    }
    assert counts(own)["requests metrics 200"] == 1


def test_only_keys_of_the_whole_server_read_metrics(own: RunningRegistry) -> None:
    assert send(own, "/metrics")[0] == 401
    others = [scope for scope in Scope if scope not in (Scope.METRICS, Scope.ADMIN)]
    for key in (
        own.create_key(*others),
        own.create_key(Scope.METRICS, graphs=["shop"]),
        own.create_key(Scope.ADMIN, graphs=["shop"]),
        own.create_key(Scope.ADMIN, subgraphs=["catalog"]),
    ):
        status, _, body = send(own, "/metrics", key=key)
        assert (status, code_of(json.loads(body))) == (403, "FORBIDDEN")
    assert send(own, "/metrics", key=own.create_key(Scope.ADMIN))[0] == 200
    scraper = own.create_key(Scope.METRICS)
    assert send(own, "/api/graphs/shop/variants/production/supergraph", key=scraper)[0] == 403


def test_metrics_have_no_names_and_few_series(own: RunningRegistry) -> None:
    shop = Shop(own)
    for number in range(50):
        send(own, f"/graphs/{shop.graph}/unknown-{number}")
        send(own, f"/unknown-{number}/metrics", key=shop.admin)
    _, _, body = send(own, "/metrics", key=shop.admin)
    assert shop.graph not in body.decode()
    assert "unknown" not in body.decode()
    assert len([line for line in body.splitlines() if line.startswith(b"hanse_registry_requests_total")]) < 10
    assert {kind_of(path) for path in ("/", "/x/graphql", "/graphs/api", "//api/x")} == {"page"}
