"""The published schemas are those of the code."""

from __future__ import annotations

from hanse import published


def test_nothing_has_drifted() -> None:
    assert published.drifted() == [], "run `.venv/bin/hanse schema export` and commit schema/published/"
