"""Odd subgraphs are refused or composed as the reference does; plans have no fetch too many."""

from __future__ import annotations

import pytest

from hanse_router.planner import Planner
from hanse_router.planner.print_plan import fetches_of
from hanse_schema.compose import Composition, compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import InvalidSupergraphError, parse_supergraph
from tests.hostile.federation import Federation

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external",'
    ' "@provides", "@interfaceObject", "@requires", "@context", "@fromContext"])\n'
)
CONTEXTS = """
type Query { t: T u: T @provides(fields: "x") }
type T @key(fields: "id") @context(name: "above") {
  id: ID! x: Int @external y: Int @requires(fields: "x") c: C
}
type C @key(fields: "id") { id: ID! f(by: Int @fromContext(field: "$above { x }")): Int }
"""
HIERARCHY = """
type Query { i: I j: J }
interface I @key(fields: "id") { id: ID! }
interface J implements I @key(fields: "id") { id: ID! }
type T implements I & J @key(fields: "id") { id: ID! }
"""


def composed(*sdl: str) -> Composition:
    return compose([SubgraphSource(f"s{number}", _LINK + text, "") for number, text in enumerate(sdl)])


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        ('type T @key(fields: "id(x: 1)") { id: ID! }', "KEY_INVALID_FIELDS"),
        ('type T @key(fields: "id __typename { x }") { id: ID! }', "KEY_INVALID_FIELDS"),
        ('type T { u: U @provides(fields: "n(x: 1)") } type U { n: Int @external }', "PROVIDES_INVALID_FIELDS"),
        (
            'type T { u: U @provides(fields: "n __typename { x }") } type U { n: Int @external }',
            "PROVIDES_INVALID_FIELDS",
        ),
    ],
)
def test_a_field_set_that_makes_no_sense_is_refused(sdl: str, code: str) -> None:
    assert code in {error.code for error in composed("type Query { t: T } " + sdl).errors}


@pytest.mark.parametrize(
    "sdl",
    [
        'interface I @key(fields: "id") { id: ID! }'
        ' type J implements I @interfaceObject @key(fields: "id") { id: ID! }',
        'type I @interfaceObject @key(fields: "id") { id: ID! } type J @interfaceObject @key(fields: "id") { id: ID! }',
    ],
)
def test_interface_objects_of_interfaces_that_implement_each_other(sdl: str) -> None:
    assert composed(HIERARCHY, sdl).errors == ()


def test_an_argument_of_an_undefined_type_is_found_at_load() -> None:
    sdl = composed("type Query { a(b: Int): Int }").sdl
    assert sdl is not None
    with pytest.raises(InvalidSupergraphError, match=r"Query\.a\(b:\) has the type Nope, which is not defined"):
        parse_supergraph(sdl.replace("b: Int", "b: Nope"))


def test_a_shared_root_field_costs_no_fetch_more() -> None:
    """The first subgraph has one of the fields, the second both."""
    shared = "type Query {{ x: X @shareable }} type X @shareable {{ {} }}"
    graph = Federation(a=shared.format("f: Int"), b=shared.format("f: Int g: Int"))
    assert _fetches(graph, "{ x { f g } }") == 1


def test_a_list_in_a_key_is_not_the_only_path() -> None:
    graph = Federation(
        a="""
        type Query { shelf: Shelf }
        type Shelf @key(fields: "books { id }") { books: [Book!]! @shareable }
        type Book @key(fields: "id") { id: ID! }
        """,
        b='type Book @key(fields: "id") @key(fields: "id code") { id: ID! code: ID! @shareable }',
        c="""
        type Shelf @key(fields: "books { id code }") { books: [Book!]! @shareable pick: Book @shareable }
        type Book @key(fields: "id code", resolvable: false) { id: ID! code: ID! @shareable }
        """,
        d="""
        type Shelf @key(fields: "books { id code } pick { id }") { books: [Book!]! @shareable pick: Book @shareable }
        type Book @key(fields: "id code") { id: ID! code: ID! @shareable price: Int }
        """,
    )
    assert _fetches(graph, "{ shelf { books { price } } }") == 3


def test_fields_with_contexts_are_one_fetch() -> None:
    graph = Federation(
        a="""
        type Query { p: P ps: [P] }
        type P @context(name: "above") { size: Int lang: String c: C }
        type C @key(fields: "id") {
          id: ID!
          one(by: Int @fromContext(field: "$above { size }")): Int
          two(in: String @fromContext(field: "$above { lang }")): Int
        }
        """
    )
    assert _fetches(graph, "{ p { c { one two } } ps { c { one two } } }") == 2


def test_comments_in_field_sets_stay_comments() -> None:
    graph = Federation(
        a="""
        type Query { t: T u: T @federation__provides(fields: "x # given here\\n") }
        type T @key(fields: "id # by id\\n") @context(name: "above") {
          id: ID! x: Int @external y: Int @requires(fields: "#\\nx #\\n") c: C
        }
        type C @key(fields: "id") { id: ID! f(by: Int @fromContext(field: "$above {x} # above\\n")): Int }
        """,
        b='type T @key(fields: "id") { id: ID! x: Int @shareable }',
    )
    assert _fetches(graph, "{ u { x } }") == 1
    assert _fetches(graph, "{ t { y } }") == 3
    assert _fetches(graph, "{ t { c { f } } }") == 3


@pytest.mark.parametrize(
    ("record", "broken"),
    [
        ('key: "id"', 'key: "id ("'),
        ('requires: "x"', 'requires: "x } #"'),
        ('provides: "x"', 'provides: "x } { x"'),
        ('selection: " { x }"', 'selection: "{ x"'),
    ],
)
def test_a_supergraph_with_a_broken_field_set_is_refused(record: str, broken: str) -> None:
    composition = compose(
        [
            SubgraphSource("a", _LINK + CONTEXTS, "http://a"),
            SubgraphSource("b", _LINK + 'type T @key(fields: "id") { id: ID! x: Int @shareable }', "http://b"),
        ]
    )
    assert composition.sdl is not None, composition.errors
    assert record in composition.sdl
    supergraph = parse_supergraph(composition.sdl.replace(record, broken))
    with pytest.raises(InvalidSupergraphError, match="is not a field set"):
        Planner(supergraph)


def _fetches(graph: Federation, text: str) -> int:
    return len(list(fetches_of(graph.compiled(text).plan.node)))
