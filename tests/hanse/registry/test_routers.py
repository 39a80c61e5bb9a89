"""What routers use of the server: the signed supergraph with its entity tag, branches, and usage reports."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanse.registry.errors import NotFound
from hanse.registry.server.keys import Scope
from hanse.registry.server.settings import RegistrySettings
from hanse.registry.signing_files import create_signing_files, read_signing_key
from hanse.registry.store import Line
from hanse_wire.settings import SettingsError
from hanse_wire.supergraph_signature import PublicKeys, verify
from hanse_wire.usage_report import Client, OperationUse, UsageReport, encode_report
from tests.hanse.registry.requests import code_of, query, send
from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.hanse.registry.stores import AUTHOR, CATALOG, CATALOG_WITH_PRICE, PRODUCTION, REVIEWS, new_graph, publish

BRANCH = Line("production", "checkout")


class Shop:
    """A graph with `catalog` in production, and what a router of it does."""

    def __init__(self, registry: RunningRegistry) -> None:
        self.registry = registry
        self.graph = new_graph()
        self.admin = registry.create_key()
        self.router = registry.create_key(Scope.READ, Scope.REPORT, graphs=[self.graph])
        self.store = registry.store(self.admin, self.graph)
        publish(self.store, "catalog", CATALOG)

    def poll(self, path: str = "production/supergraph", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """A router's poll."""
        return send(self.registry, f"/api/graphs/{self.graph}/variants/{path}", key=self.router, headers=headers)

    def report(self, *uses: OperationUse, variant: str = "production", **report: Any) -> tuple[int, Any]:
        """A router's usage report."""
        now = time.time()
        given = {"id": uuid.uuid4().hex, "since": now - 60, "until": now, **report}
        body = encode_report(UsageReport(operations=uses, **given))
        path = f"/api/graphs/{self.graph}/variants/{variant}/usage"
        status, _, content = send(self.registry, path, body, key=self.router)
        return status, json.loads(content)


@pytest.fixture
def shop(registry: RunningRegistry) -> Shop:
    return Shop(registry)


def use(signature: str, *, client: Client | None = None, count: int = 1, seen: float | None = None) -> OperationUse:
    return OperationUse(
        signature=signature,
        hash=hashlib.sha256(signature.encode()).hexdigest(),
        name="Products",
        kind="query",
        client=client or Client("web", "1.0"),
        count=count,
        errors=count // 2,
        last_seen=time.time() if seen is None else seen,
    )


def test_the_supergraph_has_a_version_and_an_entity_tag(shop: Shop) -> None:
    status, headers, body = shop.poll()
    assert status == 200
    assert body.decode() == shop.store.current(PRODUCTION).supergraph
    assert headers["x-hanse-version"] == "1"
    assert "x-hanse-signature" not in headers
    status, again, body = shop.poll(**{"if-none-match": f'"other", W/{headers["etag"]}'})
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    publish(shop.store, "catalog", CATALOG_WITH_PRICE)
    status, changed, body = shop.poll(**{"if-none-match": headers["etag"]})
    assert (status, changed["x-hanse-version"]) == (200, "2")
    shop.store.rollback("production", 1, AUTHOR)
    assert shop.poll()[1]["etag"] != headers["etag"], "a rollback is a version of its own"


def test_a_branch_is_served_by_name(shop: Shop) -> None:
    shop.store.create_branch("production", "checkout", AUTHOR)
    publish(shop.store, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    status, headers, body = shop.poll("production/supergraph?branch=checkout")
    assert (status, headers["x-hanse-version"]) == (200, "2")
    assert b"price: Int" in body
    publish(shop.store, "reviews", REVIEWS)
    status, headers, body = shop.poll("production/supergraph?branch=checkout", **{"if-none-match": headers["etag"]})
    assert (status, headers["x-hanse-version"]) == (200, "3")
    assert b"price: Int" in body
    assert b"reviews: [String!]!" in body


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nowhere/supergraph", 404, "NOT_FOUND"),
        ("production/supergraph?branch=nowhere", 404, "NOT_FOUND"),
        ("production/supergraph?branch=", 400, "BAD_USER_INPUT"),
        ("a%20b/supergraph", 400, "BAD_USER_INPUT"),
    ],
)
def test_supergraphs_that_are_not_there(shop: Shop, path: str, status: int, code: str) -> None:
    found, _, body = shop.poll(path)
    assert (found, code_of(json.loads(body))) == (status, code)


def test_a_router_needs_the_right(shop: Shop) -> None:
    path = f"/api/graphs/{shop.graph}/variants/production"
    assert send(shop.registry, f"{path}/supergraph")[0] == 401
    stranger = shop.registry.create_key(Scope.READ, Scope.REPORT, graphs=["another"])
    assert send(shop.registry, f"{path}/supergraph", key=stranger)[0] == 403
    assert send(shop.registry, f"{path}/usage", b"{}", key=stranger)[0] == 403
    reader = shop.registry.create_key(Scope.READ, graphs=[shop.graph])
    assert send(shop.registry, f"{path}/usage", b"{}", key=reader)[0] == 403


def test_supergraphs_are_signed(tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    create_signing_files(private=private, public=public)
    with running_registry(tmp_path, signing_key_file=private) as registry:
        shop = Shop(registry)
        shop.store.create_branch("production", "checkout", AUTHOR)
        publish(shop.store, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
        keys = PublicKeys.load(public)
        for path, branch, version in (("supergraph", None, 1), ("supergraph?branch=checkout", "checkout", 2)):
            _, headers, body = shop.poll(f"production/{path}")
            claims = verify(headers["x-hanse-signature"], body, keys)
            assert (claims.graph, claims.variant) == (shop.graph, "production")
            assert (claims.branch, claims.version) == (branch, version)
            assert abs(claims.iat - time.time()) < 60


def test_a_signing_key_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{}")
    for file, message in (("missing.json", "keys signing create"), ("broken.json", "holds no signing key")):
        with pytest.raises(SettingsError, match=message):
            read_signing_key(tmp_path / file, RegistrySettings.setting("signing_key_file"))


def test_keys_are_rotated_in_one_file(tmp_path: Path) -> None:
    public = tmp_path / "public.json"
    create_signing_files(private=tmp_path / "old.json", public=public)
    create_signing_files(private=tmp_path / "new.json", public=public)
    assert len(PublicKeys.load(public).key_ids) == 2


def test_usage_is_summed_by_operation_client_and_day(shop: Shop) -> None:
    old = time.time() - 3 * 86_400
    mobile = Client("mobile", "7")
    status, answer = shop.report(use("{ a }", count=3), use("{ a }", count=2, seen=old), use("{ b }", client=mobile))
    assert (status, answer) == (202, {"entries": 3, "dropped": 0})
    shop.report(use("{ a }", count=5))
    first, second = shop.store.operations("production")
    assert (first.signature, first.name, first.kind) == ("{ a }", "Products", "query")
    assert (first.client, first.client_version, first.count, first.errors) == ("web", "1.0", 10, 4)
    assert first.first_seen < datetime.now(UTC) - timedelta(days=2)
    assert first.last_seen > datetime.now(UTC) - timedelta(minutes=5)
    assert (second.signature, second.client, second.client_version, second.count) == ("{ b }", "mobile", "7", 1)
    recent = shop.store.operations("production", since=datetime.now(UTC) - timedelta(days=1))
    assert [one.count for one in recent] == [8, 1]
    document = """query ($g: String!) {
      graph(name: $g) { variant(name: "production") { clients { name version count operations } } }
    }"""
    _, response = query(shop.registry, document, shop.admin, g=shop.graph)
    assert response["data"]["graph"]["variant"]["clients"] == [
        {"name": "web", "version": "1.0", "count": 10, "operations": 1},
        {"name": "mobile", "version": "7", "count": 1, "operations": 1},
    ]


def test_a_report_that_is_sent_again_counts_once(shop: Shop) -> None:
    for _ in range(2):
        assert shop.report(use("{ a }", count=3), id="report-1")[0] == 202
    assert [one.count for one in shop.store.operations("production")] == [3]


def test_clocks_that_disagree(shop: Shop) -> None:
    shop.report(use("{ a }", seen=time.time() + 10 * 86_400), use("{ b }", seen=0))
    by_signature = {one.signature: one for one in shop.store.operations("production")}
    assert by_signature["{ a }"].last_seen <= datetime.now(UTC) + timedelta(minutes=1)
    oldest = datetime.now(UTC) - timedelta(days=shop.registry.settings.usage_retention_days)
    assert by_signature["{ b }"].last_seen >= oldest - timedelta(minutes=1)


@pytest.mark.parametrize(
    "change",
    [
        {"hash": "0" * 64},
        {"hash": "x"},
        {"count": -1},
        {"last_seen": "yesterday"},
        {"kind": "unknown"},
        {"client": {"name": "x" * 1000}},
        {"signature": "{ a\u0000 }", "hash": hashlib.sha256(b"{ a\0 }").hexdigest()},
    ],
)
def test_reports_that_are_none(shop: Shop, change: dict[str, Any]) -> None:
    entry = {**msgspec.to_builtins(use("{ a }")), **change}
    report = {"id": "1", "since": 0, "until": 1, "operations": [entry]}
    path = f"/api/graphs/{shop.graph}/variants/production/usage"
    for body in (json.dumps(report).encode(), json.dumps(entry).encode(), b"", b"[" * 10_000):
        status, _, content = send(shop.registry, path, body, key=shop.router)
        assert (status, code_of(json.loads(content))) == (400, "BAD_USER_INPUT")
    assert shop.store.operations("production") == ()


def test_reports_have_a_limit(shop: Shop) -> None:
    path = f"/api/graphs/{shop.graph}/variants/production/usage"
    status, _, content = send(shop.registry, path, b" " * 4_000_001, key=shop.router)
    assert (status, code_of(json.loads(content))) == (413, "TOO_LARGE")
    assert shop.report(use("{ a }"), variant="nowhere")[0] == 404


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Shop]:
    """A server that keeps little."""
    with running_registry(tmp_path, max_operations=3, max_usage_rows_per_day=4, usage_retention_days=5) as registry:
        yield Shop(registry)


def test_stored_usage_is_bounded(small: Shop) -> None:
    assert small.report(*(use(f"{{ f{number} }}") for number in range(10)))[1] == {"entries": 10, "dropped": 7}
    assert small.report(use("{ f0 }"), use("{ f9 }"))[1] == {"entries": 2, "dropped": 1}
    clients = [Client("web", str(number)) for number in range(10)]
    assert small.report(*(use("{ f0 }", client=client) for client in clients))[1]["dropped"] == 9
    assert len(small.store.operations("production")) == 4


async def test_old_usage_and_checks_are_deleted(small: Shop) -> None:
    now = datetime.now(UTC)
    small.report(use("{ a }"), use("{ b }", seen=(now - timedelta(days=4)).timestamp()))
    assert len(small.store.operations("production")) == 2
    service = small.registry.app.service
    later = type(service)(service.database, small.registry.settings, now=lambda: now + timedelta(days=3))
    await later.delete_old()
    assert [one.signature for one in small.store.operations("production")] == ["{ a }"]


def test_the_time_of_a_report_grows_with_its_size(shop: Shop) -> None:
    def seconds(count: int) -> float:
        uses = [use(f"{{ field{count}_{number} }}") for number in range(count)]
        start = time.process_time()  # of the server too, which is in this process
        status, answer = shop.report(*uses)
        assert (status, answer["dropped"]) == (202, 0)
        return time.process_time() - start

    seconds(10)
    small, large = min(seconds(200) for _ in range(2)), seconds(2_000)
    assert large <= 15 * small + 1


def test_an_unknown_variant_has_no_usage(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.store.current(Line("nowhere"))
