"""Each case composes to its expected supergraph, or is refused with its expected diagnostics."""

from __future__ import annotations

from pathlib import Path

import pytest

from schema.compose import compose
from schema.supergraph import parse_supergraph, print_supergraph
from tests.schema.compose.cases import CASES, SUPERGRAPH, answer, expected, subgraphs_of

ALL = sorted(CASES.iterdir())
ACCEPTED = [case for case in ALL if (case / SUPERGRAPH).exists()]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    assert answer(case) == expected(case)


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_the_supergraph_is_read_back_without_loss(case: Path) -> None:
    sdl = compose(subgraphs_of(case)).sdl
    assert sdl is not None
    assert print_supergraph(parse_supergraph(sdl)) == sdl


def test_cases_are_named_for_what_they_expect() -> None:
    """A case whose expectation got lost would be one that cannot fail."""
    assert len(ACCEPTED) > 15
    assert {case.name for case in ALL if case.name.startswith("error_")} == {
        case.name for case in ALL if case not in ACCEPTED
    }
