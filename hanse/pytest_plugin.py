"""The pytest plugin: fixtures for tests of a supergraph. It imports nothing of Hanse before a fixture is used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hanse.testing.frozen_plans import FrozenPlan
    from hanse.testing.schema_check import SchemaCheck
    from hanse.testing.subgraphs import SubgraphLike
    from hanse.testing.supergraph import TestSupergraph

UPDATE_PLANS = "--hanse-update-plans"
UPDATE_SCHEMAS = "--hanse-update-schemas"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that write golden files."""
    group = parser.getgroup("hanse", "tests of supergraphs")
    group.addoption(UPDATE_PLANS, action="store_true", help="Write the plans of frozen_plan instead of comparing them.")
    group.addoption(UPDATE_SCHEMAS, action="store_true", help="Write the schemas of check_schema after comparing them.")


@pytest.fixture
def supergraph() -> Iterator[Callable[..., TestSupergraph]]:
    """Makes a TestSupergraph: `supergraph(products=SCHEMA, reviews=SDL)`; `settings` are those of router.yaml."""
    from hanse.testing.supergraph import TestSupergraph

    made: list[TestSupergraph] = []

    def make(*, settings: dict[str, Any] | None = None, **subgraphs: SubgraphLike) -> TestSupergraph:
        made.append(TestSupergraph(subgraphs, settings))
        return made[-1]

    yield make
    for one in made:
        asyncio.run(one.close())


@pytest.fixture
def frozen_plan(request: pytest.FixtureRequest) -> FrozenPlan:
    """Compares plans with files in the folder `plans` beside the test: `frozen_plan(graph, query)`."""
    from hanse.testing.frozen_plans import FrozenPlan

    return FrozenPlan(request.path, request.node.name, update=request.config.getoption(UPDATE_PLANS))


@pytest.fixture
def check_schema(request: pytest.FixtureRequest) -> SchemaCheck:
    """Fails on breaking changes against a committed schema: `check_schema(graph, "schema.graphql")`."""
    from hanse.testing.schema_check import SchemaCheck

    return SchemaCheck(request.path.parent, update=request.config.getoption(UPDATE_SCHEMAS))
