"""What the router's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.platform import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)
