"""Equations that refer to each other, solved as by hand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hanse_schema.satisfiability.fixpoint import Fixpoint

_GRAPHS = st.dictionaries(st.integers(0, 7), st.frozensets(st.integers(0, 7), max_size=3), max_size=8)


@settings(deadline=None)
@given(_GRAPHS, st.lists(st.integers(0, 7), max_size=4))
def test_reachability_is_found_in_any_graph_and_order(edges: dict[int, frozenset[int]], requests: list[int]) -> None:
    def compute(node: int) -> frozenset[int]:
        return frozenset({node}).union(*(fixpoint.get(next_) for next_ in edges.get(node, ())))

    fixpoint = Fixpoint(compute, bottom=lambda node: frozenset({node}))

    for node in requests:
        assert fixpoint.get(node) == _reachable(edges, node)


def test_a_long_chain_needs_no_deep_stack() -> None:
    def compute(node: int) -> int:
        return 1 + fixpoint.get(node - 1) if node else 0

    fixpoint = Fixpoint(compute, bottom=lambda _: 0)

    assert fixpoint.get(20_000) == 20_000


def _reachable(edges: dict[int, frozenset[int]], start: int) -> frozenset[int]:
    found, pending = {start}, [start]
    while pending:
        new = edges.get(pending.pop(), frozenset()) - found
        found |= new
        pending += new
    return frozenset(found)
