"""Tests of a supergraph in one process: the real composer, planner and executor over subgraphs without servers.

The pytest plugin `hanse.pytest_plugin` has the fixtures `supergraph`, `frozen_plan` and `check_schema`.
"""

from __future__ import annotations

from hanse.testing.response import SubgraphRequest, TestResponse
from hanse.testing.subgraphs import MockedSubgraph, SdlSubgraph, StrawberrySubgraph
from hanse.testing.supergraph import CompositionFailed, TestSupergraph
from hanse_router.request import Principal

__all__ = [
    "CompositionFailed",
    "MockedSubgraph",
    "Principal",
    "SdlSubgraph",
    "StrawberrySubgraph",
    "SubgraphRequest",
    "TestResponse",
    "TestSupergraph",
]
