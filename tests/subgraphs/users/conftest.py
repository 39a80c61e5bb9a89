"""Who calls the users subgraph."""

from __future__ import annotations

import pytest

from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router


@pytest.fixture
def anyone(users: SubgraphApp, router: Router) -> Person:
    """Who is not signed in."""
    return Person(users, router)
