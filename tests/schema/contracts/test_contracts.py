"""What contracts show of a supergraph."""

from __future__ import annotations

from copy import deepcopy
from textwrap import dedent

import pytest
from graphql import print_schema

from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.contracts import Contract, apply_contract
from hanse_schema.supergraph import api_schema, parse_supergraph, print_supergraph
from hanse_schema.supergraph.model import Supergraph

SHOP = """
type Query {
  products(filter: Filter, debug: Boolean @tag(name: "internal")): [Product!]! @tag(name: "public")
  node(id: ID!): Node @tag(name: "public") @tag(name: "partner")
  found: [Found!]!
  audit: Audit @tag(name: "internal")
}

type Mutation {
  reset: Boolean @tag(name: "internal")
}

interface Node {
  id: ID! @tag(name: "public") @tag(name: "partner")
}

type Product implements Node @tag(name: "public") {
  id: ID!
  name: String!
  colour: Colour
  cost: Int @tag(name: "internal")
}

type Partner implements Node {
  id: ID! @tag(name: "partner")
  share: Int @tag(name: "partner")
  secret: String
}

type Audit @tag(name: "internal") {
  entries: [String!]!
}

union Found = Product | Partner

enum Colour {
  RED
  INFRARED @tag(name: "internal")
}

input Filter {
  text: String
  raw: String @tag(name: "internal")
}

scalar Unused
"""


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    return _compose(SHOP)


def test_an_empty_contract_shows_everything(supergraph: Supergraph) -> None:
    assert _shown(supergraph, Contract(hide_unreachable_types=False)) == print_schema(api_schema(supergraph))


def test_exclusion_hides_what_is_tagged_and_what_that_leaves_empty(supergraph: Supergraph) -> None:
    assert _shown(supergraph, Contract(exclude=frozenset({"internal"}))) == _text("""
        type Query {
          products(filter: Filter): [Product!]!
          node(id: ID!): Node
          found: [Found!]!
        }

        interface Node {
          id: ID!
        }

        type Product implements Node {
          id: ID!
          name: String!
          colour: Colour
        }

        type Partner implements Node {
          id: ID!
          share: Int
          secret: String
        }

        union Found = Product | Partner

        enum Colour {
          RED
        }

        input Filter {
          text: String
        }
    """)


def test_inclusion_shows_tagged_fields_and_exclusion_wins(supergraph: Supergraph) -> None:
    contract = Contract(include=frozenset({"public"}), exclude=frozenset({"internal"}))

    assert _shown(supergraph, contract) == _text("""
        type Query {
          products(filter: Filter): [Product!]!
          node(id: ID!): Node
        }

        interface Node {
          id: ID!
        }

        type Product implements Node {
          id: ID!
          name: String!
          colour: Colour
        }

        enum Colour {
          RED
        }

        input Filter {
          text: String
        }
    """)


def test_unreachable_types_are_hidden_only_on_demand(supergraph: Supergraph) -> None:
    partner = frozenset({"partner"})

    assert "scalar Unused" not in _shown(supergraph, Contract(include=partner))
    assert "enum Colour" not in _shown(supergraph, Contract(include=partner))
    shown = _shown(supergraph, Contract(include=partner, hide_unreachable_types=False))
    assert "scalar Unused" in shown
    assert "enum Colour" in shown


def test_an_interface_loses_the_fields_that_an_implementation_has_lost() -> None:
    supergraph = _compose("""
        type Query { node: Node }
        interface Node { id: ID! name: String }
        type A implements Node { id: ID! name: String @tag(name: "x") }
        type B implements Node { id: ID! name: String }
        type C implements Node @tag(name: "x") { id: ID! name: String }
    """)

    assert _shown(supergraph, Contract(exclude=frozenset({"x"}))) == _text("""
        type Query {
          node: Node
        }

        interface Node {
          id: ID!
        }

        type A implements Node {
          id: ID!
        }

        type B implements Node {
          id: ID!
          name: String
        }
    """)


def test_the_supergraph_of_a_contract_still_knows_everything(supergraph: Supergraph) -> None:
    before = deepcopy(supergraph)

    result = apply_contract(supergraph, Contract(exclude=frozenset({"internal"})))

    assert supergraph == before
    assert result.supergraph is not None
    assert set(result.supergraph.types) == set(supergraph.types)
    assert parse_supergraph(print_supergraph(result.supergraph)) == result.supergraph


@pytest.mark.parametrize(
    ("sdl", "contract", "codes"),
    [
        (SHOP, Contract(include=frozenset({"nobody"})), ["QUERY_ROOT_TYPE_INACCESSIBLE"]),
        (
            'type Query { a: A b: Int } type A @tag(name: "x") { x: Int }',
            Contract(exclude=frozenset({"x"})),
            ["REFERENCED_INACCESSIBLE"],
        ),
        (
            'type Query { a(b: Int! @tag(name: "x")): Int }',
            Contract(exclude=frozenset({"x"})),
            ["REQUIRED_INACCESSIBLE"],
        ),
        (
            'type Query { a(c: C = R): Int } enum C { R @tag(name: "x") G }',
            Contract(exclude=frozenset({"x"})),
            ["DEFAULT_VALUE_USES_INACCESSIBLE"],
        ),
    ],
)
def test_contracts_that_make_no_api_schema_are_refused(sdl: str, contract: Contract, codes: list[str]) -> None:
    result = apply_contract(_compose(sdl), contract)

    assert result.supergraph is None
    assert [error.code for error in result.errors] == codes


def _compose(sdl: str) -> Supergraph:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag"])\n'
    composition = compose([SubgraphSource("shop", link + sdl, "http://shop")])
    assert composition.supergraph is not None, composition.errors
    return composition.supergraph


def _shown(supergraph: Supergraph, contract: Contract) -> str:
    result = apply_contract(supergraph, contract)
    assert result.supergraph is not None, result.errors
    return print_schema(api_schema(result.supergraph))


def _text(expected: str) -> str:
    return dedent(expected).strip()
