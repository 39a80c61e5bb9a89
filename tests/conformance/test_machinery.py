"""The generator is repeatable, equivalence sees what matters and nothing else, shrinking keeps what must hold."""

from __future__ import annotations

import pytest
from graphql import parse

from conformance.compare import compare
from conformance.equivalence import differences, supergraph_data
from conformance.generate import generate
from conformance.generator.features import FEATURES
from conformance.oracles.client import Verdict
from conformance.shrink import shrink
from hanse_schema.subgraph.model import SubgraphSource

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
{ query: Query }
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) { p(x: Int = 1): P }
type P @join__type(graph: A, key: "id o { x y }") @join__type(graph: B, key: "id") { id: ID! @join__field(graph: A)
@join__field(graph: B) n: Int @join__field(graph: A, type: "Int", external: false) }
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"id o { x y }"', '"o{y   x} id"'),
        ("@join__type(graph: A) @join__type(graph: B)", "@join__type(graph: B) @join__type(graph: A)"),
        ("id: ID! @join__field(graph: A)\n@join__field(graph: B)", "id: ID!"),
        (', type: "Int", external: false', ""),
        ("join/v0.5", "join/v0.3"),
    ],
)
def test_equivalent_writings_are_equal(before: str, after: str) -> None:
    assert before in SUPERGRAPH
    assert differences(supergraph_data(SUPERGRAPH), supergraph_data(SUPERGRAPH.replace(before, after))) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('key: "id")', 'key: "n")'),
        ("x: Int = 1", "x: Int = 2"),
        ("n: Int @join__field(graph: A,", "n: Int @join__field(graph: B,"),
        ("p(x: Int = 1): P", "p(x: Int = 1): P!"),
        ('name: "b"', 'name: "c"'),
        ("type Query", '"The query root." type Query'),
    ],
)
def test_other_meanings_differ(before: str, after: str) -> None:
    assert before in SUPERGRAPH
    assert differences(supergraph_data(SUPERGRAPH.replace(before, after)), supergraph_data(SUPERGRAPH))


def test_a_seed_gives_one_set() -> None:
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)


def test_unbroken_sets_are_graphql_and_every_feature_occurs() -> None:
    sets = [generate(seed) for seed in range(300)]
    for made in sets:
        if not made.breakages:
            for subgraph in made.subgraphs:
                parse(subgraph.sdl)
    assert {feature for made in sets for feature in made.features} == {feature.__name__ for feature, _ in FEATURES}


def test_shrinking_keeps_only_what_the_condition_needs() -> None:
    noise = SubgraphSource("noise", "type Other { x: Int }")
    wanted = SubgraphSource("wanted", "type Query { a: Int b(x: Int): String @deprecated } type T { y: Int }")
    small = shrink((noise, wanted), lambda subgraphs: any("b" in s.sdl for s in subgraphs))
    assert [(s.name, s.sdl.split()) for s in small] == [("wanted", ["type", "Query", "{", "b:", "String", "}"])]


def test_verdicts_are_compared_in_turn() -> None:
    accepts, refuses = Verdict(sdl=SUPERGRAPH), Verdict(errors=(("A", "m"), ("B", "m")))
    same = compare(accepts, accepts)
    verdict = compare(refuses, accepts)
    codes = compare(Verdict(errors=(("A", "other words"),)), refuses)
    crash = compare(Verdict(crash="Error: no"), refuses)
    assert same is None
    assert verdict is not None
    assert verdict.kind == "verdict"
    assert codes is not None
    assert (codes.kind, codes.signature) == ("codes", "only ours -; only theirs B")
    assert crash is not None
    assert crash.kind == "crash"
    assert compare(refuses, Verdict(crash="unknown")) is None
