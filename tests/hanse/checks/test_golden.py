"""The reports of the golden cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hanse.checks.golden import case_folders, text_of_case


@pytest.mark.parametrize("case", case_folders(), ids=lambda case: case.name)
def test_the_report(case: Path) -> None:
    expected = (case / "report.txt").read_text()
    assert text_of_case(case) == expected, "review it, then run: .venv/bin/python -m tests.hanse.checks.golden"


def test_there_are_enough_cases() -> None:
    assert len(case_folders()) >= 30
