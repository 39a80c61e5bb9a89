"""Directives applied to elements of a supergraph: access, limits and custom directives."""

from __future__ import annotations

import pytest

from hanse_schema.checks.changes import ChangeKind, diff_supergraphs
from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.supergraph.model import Supergraph

_HEAD = """
extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@authenticated", {name: "@requiresScopes", as: "@scopes"}, "@policy", "@cost", "@listSize", "@tag", "@inaccessible", "@composeDirective"]
  )
  @link(url: "https://example.com/custom/v1.0", import: ["@custom"])
  @composeDirective(name: "@custom")
directive @custom(a: Int, b: [String!]) repeatable on FIELD_DEFINITION | OBJECT
"""  # noqa: E501


def supergraph(field: str, head: str = _HEAD) -> Supergraph:
    """One subgraph with a field that has these directives."""
    composition = compose([SubgraphSource("a", f"{head} type Query {{ f(x: Int): [Int] {field} }}", "http://a")])
    assert composition.supergraph is not None, composition.errors
    return composition.supergraph


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("", "@authenticated", [ChangeKind.ACCESS_TIGHTENED]),
        ("@authenticated", "", [ChangeKind.ACCESS_RELAXED]),
        ('@scopes(scopes: [["a", "b"]])', '@scopes(scopes: [["a"]])', [ChangeKind.ACCESS_RELAXED]),
        ('@scopes(scopes: [["a"]])', '@scopes(scopes: [["a", "b"]])', [ChangeKind.ACCESS_TIGHTENED]),
        ('@scopes(scopes: [["a"]])', '@scopes(scopes: [["a"], ["b"]])', [ChangeKind.ACCESS_RELAXED]),
        ('@scopes(scopes: [["a"], ["b"]])', '@scopes(scopes: [["a"]])', [ChangeKind.ACCESS_TIGHTENED]),
        ('@policy(policies: [["a"]])', '@policy(policies: [["b"]])', [ChangeKind.ACCESS_TIGHTENED]),
        ("@cost(weight: 1)", "@cost(weight: 2)", [ChangeKind.LIMIT_CHANGED]),
        ("", "@listSize(assumedSize: 5)", [ChangeKind.LIMIT_CHANGED]),
        ("", "@custom(a: 1)", [ChangeKind.APPLICATION_ADDED]),
        ("@custom(a: 1)", "@custom(a: 2)", [ChangeKind.APPLICATION_CHANGED]),
        ("@custom(a: 1) @custom(a: 2)", "@custom(a: 2) @custom(a: 1)", []),
        ('@custom(a: 1, b: ["x"])', '@custom(b: ["x"], a: 1)', []),
        ("@custom", "", [ChangeKind.APPLICATION_REMOVED]),
        ('@tag(name: "a")', '@tag(name: "b")', []),
    ],
)
def test_directives_of_a_field(before: str, after: str, kinds: list[ChangeKind]) -> None:
    changes = diff_supergraphs(supergraph(before), supergraph(after))
    assert [change.kind for change in changes] == kinds
    assert {change.coordinate for change in changes} <= {"Query.f"}


def test_a_directive_has_the_name_of_its_specification() -> None:
    with_other_name = supergraph("@in", _HEAD.replace('"@authenticated"', '{name: "@authenticated", as: "@in"}'))
    assert diff_supergraphs(supergraph("@authenticated"), with_other_name) == []


def test_inaccessible_elements_are_no_part_of_the_change() -> None:
    assert (
        diff_supergraphs(supergraph("g: Int @inaccessible @custom"), supergraph("g: Int @inaccessible @authenticated"))
        == []
    )
    [change] = diff_supergraphs(supergraph("g: Int"), supergraph("g: Int @inaccessible"))
    assert (change.kind, change.coordinate) == (ChangeKind.FIELD_REMOVED, "Query.g")
