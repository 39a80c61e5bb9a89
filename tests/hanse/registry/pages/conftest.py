"""A graph with two subgraphs, a check, and users of its pages."""

from __future__ import annotations

import hashlib
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from hanse.registry.server.keys import Scope
from hanse.registry.store import CheckOutcome, CheckRecord
from hanse_wire.usage_report import Client, OperationUse, UsageReport, encode_report
from tests.hanse.registry.pages.visitor import Visitor
from tests.hanse.registry.requests import send
from tests.hanse.registry.servers import RunningRegistry
from tests.hanse.registry.stores import CATALOG, CATALOG_WITHOUT_NAME, REVIEWS, new_graph, publish

CHECK = "0123456789abcdef"


class Shop:
    """A graph with three versions, and visitors of its pages."""

    def __init__(self, registry: RunningRegistry) -> None:
        self.registry = registry
        self.graph = new_graph()
        self.admin = registry.create_key(graphs=[self.graph])
        self.store = registry.store(self.admin, self.graph)
        publish(self.store, "catalog", CATALOG, url="http://catalog:4001/graphql")
        publish(self.store, "reviews", REVIEWS, url="http://reviews:4002/graphql")
        publish(self.store, "catalog", CATALOG_WITHOUT_NAME)
        self.at = f"/graphs/{self.graph}/variants/production"

    def visitor(self, *scopes: Scope) -> Visitor:
        """A user with an API key of the graph."""
        return Visitor(self.registry, self.registry.create_key(*scopes, graphs=[self.graph]))

    def report(self, signature: str, *, count: int = 1, client: str = "web", name: str | None = None) -> str:
        """Report the use of an operation. Returns its hash."""
        now = time.time()
        use = OperationUse(
            signature=signature,
            hash=hashlib.sha256(signature.encode()).hexdigest(),
            name=name,
            kind="query",
            client=Client(client, "1.0"),
            count=count,
            last_seen=now,
        )
        body = encode_report(UsageReport(id=uuid.uuid4().hex, since=now - 60, until=now, operations=(use,)))
        path = f"/api{self.at}/usage"
        assert send(self.registry, path, body, key=self.admin)[0] in (200, 202, 204)
        return use.hash

    def record(self, report: dict[str, Any], check: str = CHECK) -> str:
        """Record a failed check. Returns the path of its page."""
        record = CheckRecord(
            id=check,
            variant="production",
            subgraph="catalog",
            outcome=CheckOutcome.FAILED,
            who="",
            when=datetime.now(UTC),
            commit="abc123",
            base_version=2,
            report=report,
        )
        self.store.record_check(record)
        return f"/graphs/{self.graph}/checks/{check}"


@pytest.fixture
def shop(registry: RunningRegistry) -> Shop:
    return Shop(registry)
