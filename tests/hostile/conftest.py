"""What the hostile tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from hanse_wire.garbage import ROUTER_THRESHOLD, collect_after


@pytest.fixture
def collecting_as_in_production() -> Iterator[None]:
    """Collect garbage when `hanse router` does."""
    usual = gc.get_threshold()
    collect_after(ROUTER_THRESHOLD)
    yield
    gc.set_threshold(*usual)
