"""Who calls the catalog subgraph."""

from __future__ import annotations

import pytest

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, somebody


@pytest.fixture
def seller(catalog: SubgraphApp, router: Router) -> Person:
    """A seller."""
    return somebody(catalog, router, new_id(), "catalog:write")


@pytest.fixture
def stranger(catalog: SubgraphApp, router: Router) -> Person:
    """Another seller."""
    return somebody(catalog, router, new_id(), "catalog:write")
