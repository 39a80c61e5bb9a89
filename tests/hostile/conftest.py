"""What the hostile tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from hanse_wire.garbage import ROUTER_THRESHOLD, THRESHOLD, collect_after


@pytest.fixture
def collecting_as_in_production() -> Iterator[None]:
    """Collect garbage when `hanse router` does."""
    yield from _collecting_after(ROUTER_THRESHOLD)


@pytest.fixture
def collecting_as_servers_of_subgraphs() -> Iterator[None]:
    """Collect garbage when `hanse up` and `hanse subgraph` do."""
    yield from _collecting_after(THRESHOLD)


def _collecting_after(threshold: int) -> Iterator[None]:
    usual = gc.get_threshold()
    collect_after(threshold)
    yield
    gc.set_threshold(*usual)
