"""Composition with a cache: the same result as without, and subgraphs that did not change are not read again."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from hanse_schema.compose import Composition, IngestCache, SubgraphSource, compose
from hanse_schema.subgraph import ingest_all
from tests.router.property.graphs import random_subgraphs
from tests.schema.compose.cases import CASES, subgraphs_of

STEPS = 8
GRAPHS = [subgraphs_of(case) for case in sorted(CASES.iterdir())]
FEDERATION_2 = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


def result(composition: Composition) -> tuple[object, ...]:
    return composition.sdl, composition.errors, composition.hints, composition.stage


def changed(subgraphs: list[SubgraphSource], rng: Random) -> list[SubgraphSource]:
    """The subgraphs after a random edit of one, or with one more, one less, or one of another graph in its place."""
    place = rng.randrange(len(subgraphs))
    one = subgraphs[place]
    lines = one.sdl.splitlines()
    line = rng.randrange(len(lines) or 1)
    other = rng.choice(rng.choice(GRAPHS))
    match rng.randrange(6):
        case 0:
            found = [replace(one, sdl="\n".join([*lines[:line], *lines[line + 1 :]]))]
        case 1:
            found = [replace(one, sdl="\n".join([*lines[: line + 1], *lines[line:]]))]
        case 2:
            found = [replace(one, sdl=f"{one.sdl}\nextend type Query {{ added{rng.randrange(9)}: Int }}")]
        case 3:
            found = [replace(other, name=one.name)]
        case 4:
            found = [one] if len(subgraphs) > 4 else [one, replace(other, name=f"{other.name}{rng.randrange(9)}")]
        case _:
            found = [one] if len(subgraphs) == 1 else []
    return [*subgraphs[:place], *found, *subgraphs[place + 1 :]]


@pytest.mark.parametrize("seed", range(60))
def test_a_series_of_changes_composes_as_without_a_cache(seed: int) -> None:
    rng, cache = Random(seed), IngestCache()
    graph = rng.choice(GRAPHS) if seed % 4 else random_subgraphs(seed)
    before = graph
    for _ in range(STEPS):
        assert result(compose(graph, cache)) == result(compose(graph))
        graph, before = (before if rng.random() < 0.2 else changed(graph, rng)), graph


def test_federation_1_is_upgraded_by_the_other_subgraphs_of_each_graph() -> None:
    old = SubgraphSource("old", 'type Query { a: Int } extend type P @key(fields: "id") { id: ID! @external x: Int }')
    base = SubgraphSource("base", 'type Query { b: Int } type P @key(fields: "id") { id: ID! x: Int }')
    cache = IngestCache()
    for graph in ([old, base], [old], [old, base], [old, replace(base, sdl=base.sdl.replace("x: Int", "y: Int"))]):
        assert result(compose(graph, cache)) == result(compose(graph))


def test_only_what_changed_is_read() -> None:
    first = SubgraphSource("first", f"{FEDERATION_2}type Query {{ a: Int }}")
    second = SubgraphSource("second", f"{FEDERATION_2}type Query {{ b: Int }}")
    cache = IngestCache()
    read = ingest_all([first, second], cache)
    again = ingest_all([first, replace(second, sdl=f"{second.sdl} scalar S")], cache)
    assert again[0].schema is read[0].schema
    assert again[1].schema is not read[1].schema
    ingest_all([second], cache)
    assert ingest_all([first], cache)[0].schema is not read[0].schema  # the last graph did not have it
