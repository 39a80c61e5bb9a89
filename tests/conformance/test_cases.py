"""Every case folder: the error codes or the supergraph that the reference composer gave for it."""

from __future__ import annotations

import pytest

from conformance.cases import FOLDER, Case, read_case
from conformance.equivalence import differences, supergraph_data
from hanse_schema.compose import compose
from hanse_schema.supergraph import parse_supergraph, print_supergraph

CASES = [read_case(folder) for folder in sorted(FOLDER.iterdir())]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    composition = compose(case.subgraphs)
    assert sorted({error.code for error in composition.errors}) == sorted(case.codes)
    if case.supergraph is not None:
        assert composition.sdl is not None
        assert differences(supergraph_data(composition.sdl), supergraph_data(case.supergraph)) == []
        assert print_supergraph(parse_supergraph(composition.sdl)) == composition.sdl


def test_there_are_cases_of_many_codes() -> None:
    assert len({code for case in CASES for code in case.codes}) > 60
