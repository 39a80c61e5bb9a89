"""What ingest makes of well-formed SDL."""

from __future__ import annotations

import strawberry

from hanse_schema.subgraph import SubgraphSource, ingest, ingest_all
from hanse_schema.subgraph.model import Kind, SubgraphSchema, applied, has, string_argument


@strawberry.federation.type(keys=["id"])
class Product:
    id: strawberry.ID
    name: str = strawberry.federation.field(shareable=True)


@strawberry.type
class Query:
    @strawberry.field
    def product(self) -> Product:
        raise NotImplementedError


def read(sdl: str) -> SubgraphSchema:
    one = ingest(SubgraphSource("a", sdl, "http://a"))
    assert one.diagnostics == ()
    assert one.schema is not None
    return one.schema


def test_root_types_have_their_canonical_names_everywhere() -> None:
    model = read("""
        schema { query: RootQuery mutation: Change }
        type RootQuery { self: [RootQuery!]! any: Any }
        extend type RootQuery { more: Change }
        type Change { query: RootQuery }
        union Any = RootQuery | Change
    """)
    assert set(model.types) == {"Query", "Mutation", "Any"}
    assert model.types["Query"].fields["self"].type == "[Query!]!"
    assert model.types["Query"].fields["more"].type == "Mutation"
    assert list(model.types["Any"].members) == ["Query", "Mutation"]
    assert model.root_names == {"Query": "RootQuery", "Mutation": "Change"}


def test_a_schema_definition_without_mutation_has_none() -> None:
    model = read("schema { query: Query } type Query { a: Int } type Mutation { a: Int }")
    assert model.root_names == {"Query": "Query"}


def test_every_subgraph_has_a_query_root() -> None:
    model = read("type T { a: Int }")
    assert model.types["Query"].fields == {}
    assert model.types["Query"].nodes == []
    (one,) = ingest_all([SubgraphSource("a", "type T { a: Query }")])
    assert [diagnostic.code for diagnostic in one.diagnostics] == ["INVALID_GRAPHQL"]


def test_extensions_are_folded_into_their_definition_whatever_the_order() -> None:
    model = read("""
        extend enum E @tag(name: "later") { B }
        extend type T implements I { b: Int }
        extend union U = T
        extend input In { b: Int }
        "the type" type T { a: Int }
        enum E { A }
        interface I { b: Int }
        union U = Query
        input In { a: Int }
        type Query { a: U }
    """)
    assert list(model.types["T"].fields) == ["a", "b"]
    assert model.types["T"].description == "the type"
    assert list(model.types["T"].interfaces) == ["I"]
    assert not model.types["T"].is_extension
    assert len(model.types["T"].nodes) == 2
    assert list(model.types["E"].values) == ["A", "B"]
    assert [d.on_extension for d in model.types["E"].directives] == [True]
    assert list(model.types["U"].members) == ["Query", "T"]
    assert list(model.types["In"].input_fields) == ["a", "b"]


def test_names_of_specifications_are_canonical() -> None:
    model = read("""
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed",
                import: ["@shareable", {name: "@key", as: "@primary"}])
          @link(url: "https://example.com/own/v1.2", import: ["@mark", {name: "@note", as: "@remark"}])
        directive @mark on OBJECT
        directive @remark on OBJECT
        directive @own__third on OBJECT
        type Query { t: T }
        type T @primary(fields: "id") @mark @remark @own__third @fed__tag(name: "x") @fed__cost(weight: 3) {
          id: ID s: Int @shareable
        }
    """)
    types = [(d.name, d.spec) for d in model.types["T"].directives]
    assert types == [
        ("key", "federation"),
        ("mark", None),
        ("remark", None),
        ("own__third", None),
        ("tag", "tag"),
        ("cost", "cost"),
    ]
    assert string_argument(applied(model.types["T"].directives, "key")[0], "fields") == "id"
    assert set(model.directive_definitions) == {"mark", "remark", "own__third"}
    own = model.links[1]
    assert (own.identity, own.name, own.version) == ("https://example.com/own", "own", (1, 2))
    assert own.imports == {"@mark": "@mark", "@note": "@remark"}
    assert model.federation_version == (2, 9)


def test_a_directive_of_ones_own_is_not_federations_of_the_same_name() -> None:
    model = read("""
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@shareable"])
        directive @key(x: Int) on OBJECT
        type Query { t: T }
        type T @key(x: 1) { id: ID }
    """)
    assert not has(model.types["T"].directives, "key")
    assert [d.name for d in model.types["T"].directives] == ["key"]


def test_what_the_subgraph_protocol_adds_is_left_out() -> None:
    model = read("""
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "FieldSet"])
        directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
        directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
        scalar FieldSet
        scalar link__Import
        enum link__Purpose { SECURITY EXECUTION }
        scalar _Any
        union _Entity = T
        type _Service { sdl: String! }
        type Query { t: T _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
        type T @key(fields: "id") { id: ID }
    """)
    assert set(model.types) == {"Query", "T"}
    assert list(model.types["Query"].fields) == ["t"]
    assert model.directive_definitions == {}


def test_values_are_in_one_canonical_print() -> None:
    model = read('''
        directive @d(a: String, o: O) on FIELD_DEFINITION
        enum E { A }
        input O { l: [Int] s: String }
        type Query {
          f(a: String = """block""", o: O = {l:[1,2],s:"x"}, e: E = "A", n: Int=null, b: Boolean = true): Int
            @d(a: """a "quoted" one""", o: {l: 3})
        }
    ''')
    field = model.types["Query"].fields["f"]
    assert {name: argument.default for name, argument in field.arguments.items()} == {
        "a": '"block"',
        "o": '{ l: [1, 2], s: "x" }',
        "e": "A",
        "n": "null",
        "b": "true",
    }
    assert field.directives[0].arguments == {"a": '"a \\"quoted\\" one"', "o": "{ l: 3 }"}
    assert string_argument(field.directives[0], "a") == 'a "quoted" one'


def test_what_types_say_of_their_fields_is_said_on_the_fields() -> None:
    model = read("""
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.3",
                import: ["@key", "@shareable", "@external", "@requires"])
        type Query { t: T v: V }
        type T @key(fields: "id") { id: ID v: V @external r: Int @requires(fields: "v { a }") }
        type V @shareable { a: Int }
        extend type V { b: Int }
        type X @shareable { a: Int @shareable }
    """)
    value = model.types["V"]
    assert value.directives == []
    assert has(value.fields["a"].directives, "shareable")
    assert not has(value.fields["b"].directives, "shareable")
    assert [d.inherited for d in model.types["X"].fields["a"].directives] == [False]


def test_kinds_and_locations() -> None:
    model = read("type Query {\n  a(x: I): [S]\n}\nscalar S\ninput I { a: Int }\ninterface N { a: Int }\nenum E { A }")
    assert {name: owner.kind for name, owner in model.types.items()} == {
        "Query": Kind.OBJECT,
        "S": Kind.SCALAR,
        "I": Kind.INPUT_OBJECT,
        "N": Kind.INTERFACE,
        "E": Kind.ENUM,
    }
    place = model.location(model.types["Query"].fields["a"].node)
    assert (place.subgraph, place.line, place.column) == ("a", 2, 3)


def test_a_strawberry_schema() -> None:
    model = read(strawberry.federation.Schema(query=Query).as_str())
    assert set(model.types) == {"Query", "Product"}
    assert list(model.types["Query"].fields) == ["product"]
    assert has(model.types["Product"].directives, "key")
    assert has(model.types["Product"].fields["name"].directives, "shareable")


def test_by_itself_a_federation_1_schema_stays_as_it_is() -> None:
    sdl = 'extend type T @key(fields: "id") { id: ID @external x: Int } type Query { t: T }'
    assert read(sdl).types["T"].is_extension
    (one,) = ingest_all([SubgraphSource("a", sdl)])
    assert [diagnostic.code for diagnostic in one.diagnostics] == ["EXTENSION_WITH_NO_BASE"]


def test_one_broken_subgraph_does_not_hide_the_errors_of_another() -> None:
    broken, invalid, good = ingest_all(
        [
            SubgraphSource("broken", "type Query {"),
            SubgraphSource("invalid", "type Query { a: Nope b: Nil }"),
            SubgraphSource("good", "type Query { a: Int }"),
        ]
    )
    assert len(broken.diagnostics) == 1
    assert len(invalid.diagnostics) == 2
    assert good.diagnostics == ()
    assert good.schema is not None
