"""The published schemas are those of the code."""

from __future__ import annotations

from deploy.project import PROJECT
from hanse.published import outdated


def test_nothing_has_drifted() -> None:
    assert outdated(PROJECT) == [], "run `.venv/bin/hanse schema export` and commit schema/published/"
