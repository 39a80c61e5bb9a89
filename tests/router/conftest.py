"""What the router's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.platform import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


@pytest.fixture(autouse=True)
def default_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router as it is by default: its tests send few requests."""
    monkeypatch.delenv("HANSE_ROUTER_RATE_LIMITS__ENABLED", raising=False)
