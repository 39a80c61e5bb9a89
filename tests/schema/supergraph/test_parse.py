"""Supergraphs of other composers and older versions, and files that are none."""

from __future__ import annotations

import pytest

from hanse_schema.supergraph import InvalidSupergraphError, parse_supergraph, print_supergraph
from hanse_schema.supergraph.model import (
    EnumType,
    InterfaceType,
    JoinEnumValue,
    JoinField,
    JoinImplements,
    JoinType,
    JoinUnionMember,
    Link,
    ObjectType,
    Supergraph,
    UnionType,
)

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
{ query: Query }

enum join__Graph { A @join__graph(name: "a", url: "http://a") }
"""

FEDERATION_1 = """
schema
  @core(feature: "https://specs.apollo.dev/core/v0.2")
  @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)
{ query: Query }

directive @core(feature: String!, as: String, for: core__Purpose) repeatable on SCHEMA
directive @join__owner(graph: join__Graph!) on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT | INTERFACE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet) on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE

enum core__Purpose { EXECUTION SECURITY }
scalar join__FieldSet

enum join__Graph {
  PRODUCTS @join__graph(name: "products", url: "http://products")
  REVIEWS @join__graph(name: "reviews", url: "http://reviews")
}

interface Item { upc: ID!  weight: Int }

type Product implements Item
  @join__owner(graph: PRODUCTS)
  @join__type(graph: PRODUCTS, key: "upc")
  @join__type(graph: REVIEWS, key: "upc")
{
  upc: ID! @join__field(graph: PRODUCTS)
  weight: Int @join__field(graph: PRODUCTS)
  size: Size
  stars: Int @join__field(graph: REVIEWS, requires: "weight")
}

type Size { cm: Int }
enum Colour { RED }
union Either = Product | Size

type Query {
  top: Product @join__field(graph: PRODUCTS)
  best: Item @join__field(graph: REVIEWS)
}
"""


def test_federation_1_says_what_join_v05_would() -> None:
    supergraph = parse_supergraph(FEDERATION_1)

    product = _object(supergraph, "Product")
    assert product.joins == (
        JoinType("PRODUCTS", key="upc"),
        JoinType("REVIEWS", key="upc", extension=True),
    )
    assert product.implements == (JoinImplements("PRODUCTS", "Item"), JoinImplements("REVIEWS", "Item"))
    assert product.fields["upc"].joins == (JoinField("PRODUCTS"), JoinField("REVIEWS")), "a key is in both"
    assert product.fields["weight"].joins == (JoinField("PRODUCTS"), JoinField("REVIEWS", external=True))
    assert product.fields["size"].joins == (JoinField("PRODUCTS"),), "what nobody claims is the owner's"
    assert product.fields["stars"].joins == (JoinField("REVIEWS", requires="weight"),)
    assert _object(supergraph, "Size").joins == (JoinType("PRODUCTS"), JoinType("REVIEWS"))
    assert supergraph.links == ()
    assert parse_supergraph(print_supergraph(supergraph)) == supergraph


def test_federation_1_types_are_recorded_by_subgraph() -> None:
    supergraph = parse_supergraph(FEDERATION_1)

    union, enum, interface = (supergraph.types[name] for name in ("Either", "Colour", "Item"))
    assert isinstance(union, UnionType)
    assert isinstance(enum, EnumType)
    assert isinstance(interface, InterfaceType)
    assert set(union.members) == {
        JoinUnionMember(graph, member) for graph in ("PRODUCTS", "REVIEWS") for member in ("Product", "Size")
    }
    assert enum.values["RED"].joins == (JoinEnumValue("PRODUCTS"), JoinEnumValue("REVIEWS"))
    assert interface.fields["weight"].joins == (), "Product has it in both, if only as external in one"


def test_join_v02_has_members_and_values_in_every_subgraph_of_the_type() -> None:
    supergraph = parse_supergraph("""
      schema
        @link(url: "https://specs.apollo.dev/link/v1.0")
        @link(url: "https://specs.apollo.dev/join/v0.2", for: EXECUTION)
      { query: Query }
      enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
      type Query @join__type(graph: A) { u: U c: C }
      union U @join__type(graph: A) @join__type(graph: B) = X | Y
      type X @join__type(graph: A) @join__type(graph: B) { x: Int }
      type Y @join__type(graph: B) { y: Int }
      enum C @join__type(graph: B) { RED }
    """)

    union, enum = supergraph.types["U"], supergraph.types["C"]
    assert isinstance(union, UnionType)
    assert isinstance(enum, EnumType)
    assert union.members == (JoinUnionMember("A", "X"), JoinUnionMember("B", "X"), JoinUnionMember("B", "Y"))
    assert enum.values["RED"].joins == (JoinEnumValue("B"),)


def test_names_follow_the_links() -> None:
    supergraph = parse_supergraph("""
      schema
        @link(url: "https://specs.apollo.dev/link/v1.0")
        @link(url: "https://specs.apollo.dev/join/v0.5", as: "j", for: EXECUTION)
        @link(url: "https://specs.apollo.dev/tag/v0.3", as: "label")
        @link(url: "https://specs.apollo.dev/cost/v0.1", import: [{ name: "@listSize", as: "@size" }])
      { query: Query }
      directive @label(name: String!) repeatable on OBJECT
      enum j__Graph { A @j__graph(name: "a", url: "") }
      type Query @j__type(graph: A) @label(name: "x") { f: [Int] @size(assumedSize: 3) }
    """)

    assert supergraph.types["Query"].joins == (JoinType("A"),)
    assert supergraph.directive_definitions == {}, "specifications define their own"
    assert supergraph.links[1] == Link("https://specs.apollo.dev/cost/v0.1", imports=(("@listSize", "@size"),))
    printed = print_supergraph(supergraph)
    assert "directive @label(name: String!)" in printed
    assert "directive @size(" in printed
    assert "directive @cost(" in printed
    assert "@join__type(graph: A)" in printed, "what is printed is join v0.5 under its own name"
    assert parse_supergraph(printed) == supergraph


def test_roots_that_no_subgraph_has_are_left_out() -> None:
    supergraph = parse_supergraph(
        HEAD.replace("query: Query", "query: Query mutation: Mutation") + "type Query @join__type(graph: A) { a: Int }"
    )

    assert supergraph.mutation is None


@pytest.mark.parametrize(
    ("sdl", "complaint"),
    [
        ("type Query {", "not valid GraphQL: Expected Name, found <EOF>. (1:13)"),
        ("type Query { a: Int }", "its schema definition has no @link to https://specs.apollo.dev/join/"),
        (HEAD.replace("join/v0.5", "join/v0.9") + "type Query { a: Int }", "join/v0.9 is not a version"),
        (HEAD, "the query root type Query is not defined"),
        (HEAD.replace("join__Graph {", "Graph {") + "type Query { a: Int }", "the enum join__Graph"),
        (HEAD.replace("@join__graph(name", "@other(name") + "type Query { a: Int }", "A of join__Graph lacks"),
        (HEAD + "type Query @join__type(graph: B) { a: Int }", "Query: B is not one of the subgraphs"),
        (HEAD + 'type Query @join__type(graph: "A") { a: Int }', "@join__type: `graph` should be an enum value"),
        (HEAD + "type Query @join__type { a: Int }", "@join__type lacks its argument `graph`"),
        (HEAD + "type Query { a: Int } extend type Query { b: Int }", "no type or directive definition"),
        (
            HEAD.replace("schema\n", 'schema @link(url: "https://example.com/secret/v1.0", for: SECURITY)\n')
            + "type Query { a: Int }",
            "needs https://example.com/secret/v1.0 for SECURITY, which is not supported",
        ),
        (
            HEAD.replace("schema\n", 'schema @link(url: "https://specs.apollo.dev/connect/v0.1", for: EXECUTION)\n')
            + "type Query { a: Int }",
            "needs https://specs.apollo.dev/connect/v0.1 for EXECUTION, which is not supported",
        ),
        (HEAD + "type Query { a(b: Nope): Int }", "Query.a(b:) has the type Nope, which is not defined"),
        (HEAD + "type Query { a: [Nope] }", "Query.a has the type Nope, which is not defined"),
        (HEAD + "type Query { a(b: In): Int } input In { c: [Nope!] }", "In.c has the type Nope, which is not defined"),
        (HEAD + "type Query { a(b: Query): Int }", "Query.a(b:) has the type Query, which is of a kind that does not"),
        (HEAD + "type Query { a: In } input In { c: Int }", "Query.a has the type In, which is of a kind"),
        (
            HEAD + 'type Query { a: U } union U @join__unionMember(graph: A, member: "X") = X',
            "U has the member X, which",
        ),
        (
            HEAD + 'type Query @join__implements(graph: A, interface: "I") { a: Int }',
            "Query implements I, which is not defined",
        ),
        (HEAD + f"type Query {{ a(b: I = {'[' * 5000}{']' * 5000}): Int }}", "nested too deeply"),
    ],
)
def test_what_is_no_supergraph_is_refused_in_a_sentence(sdl: str, complaint: str) -> None:
    with pytest.raises(InvalidSupergraphError) as caught:
        parse_supergraph(sdl)

    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def _object(supergraph: Supergraph, name: str) -> ObjectType:
    type_ = supergraph.types[name]
    assert isinstance(type_, ObjectType)
    return type_
