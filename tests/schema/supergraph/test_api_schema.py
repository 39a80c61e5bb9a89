"""What clients see of a supergraph."""

from __future__ import annotations

from graphql import GraphQLObjectType, graphql_sync, print_schema

from hanse_schema.supergraph import api_schema, parse_supergraph

SUPERGRAPH = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://example.com/limits/v1.0", import: ["@limit", "LimitBy"])
{ query: Query }

directive @hidden on OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE | INPUT_FIELD_DEFINITION
directive @limit(by: LimitBy) on FIELD_DEFINITION
directive @trace(level: Int = 1) repeatable on FIELD | QUERY

enum LimitBy { USER ADDRESS }
enum join__Graph { A @join__graph(name: "a", url: "") }
scalar join__FieldSet
scalar requiresScopes__Scope

"All there is."
type Query @join__type(graph: A) {
  "One of them."
  thing(filter: Filter = { text: "x", at: "2020" }, secret: Int @hidden): Thing @limit(by: USER)
  old: Int @deprecated(reason: "Use thing.")
  older: Int @deprecated
  filled(arg: String, other: Int): Int
    @join__field(graph: A, contextArguments: [{ context: "c", name: "arg", type: "String", selection: "{ x }" }])
}

interface Node @join__type(graph: A) { id: ID! }
type Thing implements Node @join__type(graph: A) { id: ID! colour: Colour when: Date own: Secret either: Either }
type Secret @join__type(graph: A) @hidden { x: Int }
union Either @join__type(graph: A) @join__unionMember(graph: A, member: "Thing")
  @join__unionMember(graph: A, member: "Secret") = Thing | Secret
enum Colour @join__type(graph: A) { RED BLUE @hidden GREEN @deprecated(reason: "no") }
input Filter @join__type(graph: A) { text: String = "a" at: Date inner: Int @hidden }
input Only @oneOf @join__type(graph: A) { a: Int b: Int }
scalar Date @join__type(graph: A) @specifiedBy(url: "https://date.example")
"""

EXPECTED = '''\
directive @trace(level: Int = 1) repeatable on FIELD | QUERY

"""All there is."""
type Query {
  """One of them."""
  thing(filter: Filter = { text: "x", at: "2020" }): Thing
  old: Int @deprecated(reason: "Use thing.")
  older: Int @deprecated
  filled(other: Int): Int
}

interface Node {
  id: ID!
}

type Thing implements Node {
  id: ID!
  colour: Colour
  when: Date
  either: Either
}

union Either = Thing

enum Colour {
  RED
  GREEN @deprecated(reason: "no")
}

input Filter {
  text: String = "a"
  at: Date
}

input Only @oneOf {
  a: Int
  b: Int
}

scalar Date @specifiedBy(url: "https://date.example")'''


def test_it_is_the_supergraph_without_what_is_hidden_or_federations_own() -> None:
    assert print_schema(api_schema(parse_supergraph(SUPERGRAPH))).strip() == EXPECTED


def test_it_can_be_executed_against() -> None:
    built = api_schema(parse_supergraph(SUPERGRAPH))

    result = graphql_sync(built, "{ __typename older }", {"older": 3})

    assert result.data == {"__typename": "Query", "older": 3}
    assert isinstance(built.query_type, GraphQLObjectType)
    assert built.mutation_type is None
