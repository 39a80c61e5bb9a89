"""A graph with two subgraphs, a check, and users of its pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hanse.registry.server.keys import Scope
from hanse.registry.store import CheckOutcome, CheckRecord
from tests.hanse.registry.pages.visitor import Visitor
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
