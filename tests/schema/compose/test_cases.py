"""Each case composes to its expected supergraph, or is refused with its expected diagnostics."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from hanse_schema.compose import compose, rules
from hanse_schema.supergraph import parse_supergraph, print_supergraph
from tests.schema.compose.cases import CASES, DIAGNOSTICS, SUPERGRAPH, answer, expected, subgraphs_of

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


def test_every_rule_has_a_case() -> None:
    modules = [
        importlib.import_module(f"{rules.__name__}.{module.name}") for module in pkgutil.iter_modules(rules.__path__)
    ]
    codes = {code for module in modules for code in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", module.__doc__ or "")}
    expectations = "".join(file.read_text(encoding="utf-8") for file in CASES.glob(f"*/{DIAGNOSTICS}"))
    assert len(codes) > 25
    assert {code for code in codes if f" {code}: " not in expectations} == {"INVALID_SUBGRAPH_NAME"}
