"""The reports of the golden cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanse.checks.formats import FORMATS
from hanse.checks.request import CheckRequest
from hanse.checks.run import run_checks
from hanse_schema.subgraph.model import SubgraphSource
from tests.docs.pages import ROOT
from tests.hanse.checks.golden import case_folders, text_of_case

CONFORMANCE = ROOT / "tests" / "conformance" / "cases"


@pytest.mark.parametrize("case", case_folders(), ids=lambda case: case.name)
def test_the_report(case: Path) -> None:
    expected = (case / "report.txt").read_text()
    assert text_of_case(case) == expected, "review it, then run: .venv/bin/python -m tests.hanse.checks.golden"


def test_there_are_enough_cases() -> None:
    assert len(case_folders()) >= 30


def conformance_cases() -> list[tuple[str, dict[str, SubgraphSource]]]:
    """The subgraphs of each of the composer's cases: of every federation version and directive, valid or not."""
    found = []
    for folder in sorted(CONFORMANCE.iterdir()):
        sources = [
            SubgraphSource(path.stem.partition("-")[2], path.read_text(), "http://subgraph.test")
            for path in sorted(folder.glob("*-*.graphql"))
        ]
        found.append((folder.name, {source.name: source for source in sources}))
    return found


def test_subgraphs_of_every_kind_can_be_added_and_removed() -> None:
    cases = conformance_cases()
    assert len(cases) > 100
    for _, subgraphs in cases[::3]:
        for name in subgraphs:
            rest = {other: source for other, source in subgraphs.items() if other != name}
            for before, after in ((rest, subgraphs), (subgraphs, rest)):
                report = run_checks(CheckRequest(before=before, after=after))
                assert report.subgraphs == (name,)
                assert all(form(report) for form in FORMATS.values())
