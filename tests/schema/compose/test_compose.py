"""What `compose` promises whatever it is given: typed results, no exceptions, places, stable answers."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.compose.graph_names import graph_names
from hanse_schema.compose.strategies import all_of_both
from hanse_schema.diagnostics import Location, Severity
from tests.schema.compose.cases import CASES, subgraphs_of


def test_one_line_of_use() -> None:
    composition = compose([SubgraphSource("a", "type Query { a: Int }", "http://a")])
    assert composition.supergraph is not None
    assert composition.errors == composition.hints == ()
    assert composition.sdl is not None
    assert 'A @join__graph(name: "a", url: "http://a")' in composition.sdl


def test_no_subgraphs() -> None:
    composition = compose([])
    assert composition.supergraph is None
    assert composition.sdl is None
    assert [error.code for error in composition.errors] == ["NO_QUERIES"]


@pytest.mark.parametrize("name", ["", " ", "_"])
def test_names_that_cannot_be(name: str) -> None:
    assert [error.code for error in compose([SubgraphSource(name, "type Query { a: Int }")]).errors] == [
        "INVALID_SUBGRAPH_NAME"
    ]


def test_two_subgraphs_of_one_name() -> None:
    (error,) = compose(
        [SubgraphSource("a", "type Query { a: Int }"), SubgraphSource("a", "type Query { b: Int }")]
    ).errors
    assert error.code == "INVALID_SUBGRAPH_NAME"
    assert error.subgraphs == ("a",)


def test_errors_of_all_subgraphs_come_at_once() -> None:
    composition = compose([SubgraphSource("a", "type Query {"), SubgraphSource("b", "type Query { b: Missing }")])
    assert {error.subgraphs for error in composition.errors} == {("a",), ("b",)}


def test_an_error_shows_its_place_in_every_subgraph() -> None:
    (error,) = compose(
        [
            SubgraphSource("a", "type Query {\n  a: Thing\n}\ntype Thing {\n  a: Int\n}"),
            SubgraphSource("b", "\n  input Thing {\n  a: Int\n}"),
        ]
    ).errors
    assert error.code == "TYPE_KIND_MISMATCH"
    assert error.severity is Severity.ERROR
    assert error.coordinate == "Thing"
    assert error.locations == (Location("a", 4, 1), Location("b", 2, 3))


@pytest.mark.parametrize("case", ["entities", "enums", "override", "error_external"])
def test_the_order_of_subgraphs_does_not_matter(case: str) -> None:
    answers = {
        (composition.sdl, composition.errors, composition.hints)
        for order in permutations(subgraphs_of(CASES / case))
        for composition in [compose(order)]
    }
    assert len(answers) == 1


@given(st.lists(st.text(max_size=6), unique=True, max_size=12))
def test_graph_names_are_distinct_graphql_names(names: list[str]) -> None:
    values = list(graph_names(names).values())
    assert len(set(values)) == len(names)
    assert all(not value or (value.replace("_", "a").isalnum() and not value[0].isdigit()) for value in values)


ALTERNATIVES = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), min_size=1, max_size=3)


@given(ALTERNATIVES, ALTERNATIVES, st.sets(st.sampled_from("abcd")))
def test_requirements_of_both_are_met_exactly_by_who_meets_each(
    one: list[list[str]], other: list[list[str]], held: set[str]
) -> None:
    def met(alternatives: list[list[str]]) -> bool:
        return any(set(group) <= held for group in alternatives)

    assert met(all_of_both(one, other)) == (met(one) and met(other))
