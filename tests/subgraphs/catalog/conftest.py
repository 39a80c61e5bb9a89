"""Who calls the catalog subgraph."""

from __future__ import annotations

import pytest

from shared.ids import new_id
from shared.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, somebody


@pytest.fixture
def seller(catalog: SubgraphApp, router: Router) -> Person:
    """Somebody who sells."""
    return somebody(catalog, router, new_id(), "catalog:write")


@pytest.fixture
def stranger(catalog: SubgraphApp, router: Router) -> Person:
    """Somebody else who sells."""
    return somebody(catalog, router, new_id(), "catalog:write")
