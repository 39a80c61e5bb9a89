"""How long each operation's response may be kept, and for whom."""

from __future__ import annotations

from functools import cache

import pytest
from graphql import parse, validate

from hanse_router.prepare.caching import CachePolicies, CachePolicy
from hanse_router.prepare.expand import expand_operation
from hanse_schema.supergraph import api_schema, parse_supergraph
from tests.router.caching.world import supergraph_sdl


@cache
def policies() -> CachePolicies:
    supergraph = parse_supergraph(supergraph_sdl())
    return CachePolicies(supergraph, api_schema(supergraph), "cacheControl")


def policy(text: str) -> CachePolicy | None:
    document = parse(text)
    assert not validate(api_schema(parse_supergraph(supergraph_sdl())), document)
    supergraph = parse_supergraph(supergraph_sdl())
    return policies().annotate(expand_operation(document, supergraph, api_schema(supergraph)))


@pytest.mark.parametrize(
    ("text", "max_age", "private"),
    [
        ("{ asked }", 60, False),
        ("{ asked fleeting }", 1, False),
        ("{ asked __typename }", 60, False),
        ("{ asked mine }", 60, True),
        ("{ closed }", 60, True),  # by @authenticated
        ("{ scoped asked }", 60, True),
        ("{ product { name } }", 30, False),  # by its type
        ("{ product { name stock } }", 3, False),
        ("{ rare { name } }", 5, False),  # the field's word counts before the type's
        ("{ product { maker { name } } }", 30, False),
        ("{ product { notes } }", 30, True),
        ("{ thing { id } }", 100, False),
        ("{ thing { label } }", 7, True),  # whichever may come
        ("{ thing { ... on Good { label } } }", 7, False),
        ("{ either { ... on Ware { id } } }", 20, False),  # each that may come says something
        ("query ($v: Boolean!) { asked fleeting @include(if: $v) }", 1, False),  # for all variables
        ("{ asked fleeting @skip(if: true) }", 60, False),
        ("{ ...F } fragment F on Query { product { ...G } } fragment G on Product { stock }", 3, False),
    ],
)
def test_what_may_be_kept(text: str, max_age: int, private: bool) -> None:
    assert policy(text) == CachePolicy(max_age, private)


@pytest.mark.parametrize(
    "text",
    [
        "{ never }", "{ zero }", "{ inheriting }", "{ asked never }", "{ unhinted { id } }", "{ __typename }",
        "{ product { price { minor } } }", "{ __schema { types { name } } }", "mutation { change }",
        "subscription { change }", "query ($v: Boolean!) { asked never @include(if: $v) }",
    ],
)  # fmt: skip
def test_what_may_not(text: str) -> None:
    assert policy(text) is None
