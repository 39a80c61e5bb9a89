"""The estimated cost of an operation, and the cost of its response."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pytest
from graphql import GraphQLSchema, get_introspection_query, parse

from hanse_router.prepare.cost import MAX_COST, Costs, OperationCost
from hanse_router.prepare.expand import expand_operation
from hanse_router.settings_demand_control import DemandControlSettings
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema, parse_supergraph
from hanse_schema.supergraph.model import Supergraph
from tests.router.planner.test_bounds import calls_of

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
type Query {
  book: Book
  books: [Book]
  ten: [Book!]! @listSize(assumedSize: 10)
  grid: [[Book]] @listSize(assumedSize: 10)
  some(first: Int, last: Int = 3): [Book]
    @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  one(first: Int, last: Int): [Book] @listSize(slicingArguments: ["first", "last"])
  page(first: Int): Page @listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["items", "edges"],
    requireOneSlicingArgument: false)
  search(text: String @cost(weight: 7), filter: Filter): Int
  found: [Found!]! @listSize(assumedSize: 3)
  thing: Thing
  dear: Dear
  image: Image
}
type Mutation { write(input: In): Book, ping: Int }
type Subscription { events: Book }
type Page { items: [Book] edges: [Edge] other: [Book] @listSize(assumedSize: 2) }
type Edge { node: Book }
type Book implements Thing { id: ID title: String price: Int @cost(weight: 4) author: Author self: Book tags: [String] }
type Author implements Thing @cost(weight: 6) { id: ID name: String books(first: Int): [Book]
  @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) }
type Dear @cost(weight: 50) { x: Int cheap: Book @cost(weight: 0) }
scalar Image @cost(weight: 3)
union Found = Book | Author
interface Thing { id: ID }
input Filter { tags: [Tag!], deep: Filter }
input Tag { name: String @cost(weight: 2) }
input In { a: In2 }
input In2 { b: Int }
"""


@cache
def supergraph_of(sdl: str = SDL) -> tuple[Supergraph, GraphQLSchema]:
    """The supergraph of one subgraph, and its API schema."""
    composition = compose([SubgraphSource(name="a", url="http://127.0.0.1:1/a", sdl=sdl)])
    assert composition.sdl is not None, composition.errors
    supergraph = parse_supergraph(composition.sdl)
    return supergraph, api_schema(supergraph)


def cost_of(text: str, sdl: str = SDL, list_size: int = 5) -> OperationCost:
    """The cost of an operation."""
    settings = DemandControlSettings(list_size=list_size, introspection_cost=1_000)
    return Costs(*supergraph_of(sdl), settings).annotate(expand_operation(parse(text), *supergraph_of(sdl)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ book { id title } }", 1),
        ("{ book { price } }", 1 + 4),
        ("{ book { tags } }", 1),
        ("{ books { id } }", 5),
        ("{ ten { id author { name } } }", 10 * (1 + 6)),
        ("{ grid { id } }", 10 * 5),
        ("{ dear { x cheap { author { id } } } }", 50 + 0 + 6),
        ("{ image }", 3),
        # slicing arguments
        ("{ some { id } }", 3),  # the default value of last
        ("{ some(first: 7, last: null) { id } }", 7),
        ("{ some(first: 7, last: 9) { id } }", 9),
        ("{ some(first: -7, last: null) { id } }", 0),
        ("{ some(last: null) { id } }", 5),
        ("{ one(first: 8) { id } }", 8),
        ("{ page { items { id } } }", 1 + 20),
        ("{ page(first: 100) { items { id } edges { node { id } } other { id } } }", 1 + 100 + 200 + 2),
        # aliases, fragments, fields that are merged
        ("{ a: ten { id } b: ten { id } }", 20),
        ("{ ten { id } ten { title } ...F ...F } fragment F on Query { ten { author { id } } }", 10 * 7),
        ("{ book { self { id } ... { self { self { id } } } } }", 3),
        # abstract types
        ("{ found { __typename } }", 3 * 6),
        ("{ found { ... on Book { author { id } self { id } } ... on Author { id } } }", 3 * (6 + 7)),
        ("{ found { ... on Book { self { id } } ... on Author { books(first: 9) { id } } } }", 3 * (6 + 9)),
        ("{ thing { id ... on Book { price } } }", 6 + 4),
        # conditions that are constant
        ("{ ten @skip(if: true) { id } book @include(if: true) { id } }", 1),
        # arguments
        ('{ search(text: "x") }', 7),
        ("{ search(text: null) }", 0),
        ('{ search(filter: {tags: [{name: "x"}, {name: "y"}], deep: {tags: []}}) }', 1 + 2 * 3 + 1),
        # mutations and subscriptions
        ("mutation { a: ping b: ping }", 20),
        ("mutation { write(input: {a: {b: 1}}) { id } }", 10 + 2 + 1),
        ("mutation($in: In) { write(input: $in) { id } }", 10 + 2 + 1),
        ("subscription { events { author { id } } }", 7),
    ],
)
def test_an_estimate_that_no_variable_changes(text: str, expected: int) -> None:
    cost = cost_of(text)
    assert cost.constant == cost.estimate({}) == expected
    assert cost.unsliced == ()


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("query($n: Int) { some(first: $n, last: null) { id } }", {"n": 30}, 30),
        ("query($n: Int) { some(first: $n, last: null) { id } }", {"n": -1}, 0),
        ("query($n: Int) { some(first: $n, last: null) { id } }", {"n": None}, 5),
        ("query($n: Int) { some(first: $n, last: null) { id } }", {}, 5),
        ("query($n: Int) { some(first: $n, last: 9) { id } }", {"n": 4}, 9),
        ("query($n: Int) { page(first: $n) { items { author { id } } } }", {"n": 3}, 1 + 3 * 7),
        ("query($n: Int) { page(first: $n) { items { author { id } } } }", {}, 1 + 20 * 7),
        ("query($a: Int, $b: Int) { some(first: $a) { author { books(first: $b) { id } } } }", {"a": 4, "b": 2}, 4 * 9),
        ("query($v: Boolean!) { ten @include(if: $v) { id } book { id } }", {"v": True}, 11),
        ("query($v: Boolean!) { ten @include(if: $v) { id } book { id } }", {"v": False}, 1),
        ("query($v: Boolean!) { ten @skip(if: $v) { id } book { id } }", {"v": True}, 1),
        (
            "query($v: Boolean!) { book { id ...F @include(if: $v) } } fragment F on Book { self { id } }",
            {"v": True},
            2,
        ),
        ("query($v: Boolean!) { ten { id } ten @include(if: $v) { self { id } } }", {"v": False}, 10),
        (
            "query($v: Boolean!, $w: Boolean!) { ten @include(if: $v) { id } ten @include(if: $w) { id } }",
            {"w": True},
            10,
        ),
        ("query($f: Filter) { search(filter: $f) }", {"f": {"tags": [{"name": "x"}] * 4}}, 1 + 4 * 3),
        ("query($f: Filter) { search(filter: $f) }", {"f": None}, 0),
        ("query($f: Filter) { search(filter: {deep: $f}) }", {"f": {"deep": {}}}, 3),
    ],
)
def test_an_estimate_by_variables(text: str, variables: dict[str, Any], expected: int) -> None:
    cost = cost_of(text)
    assert cost.constant is None
    assert cost.estimate(variables) == expected


def test_a_list_that_has_to_be_sliced_by_one_argument() -> None:
    assert cost_of("{ one { id } }").unsliced == ("Query.one",)
    assert cost_of("{ one(first: null) { id } }").unsliced == ("Query.one",)
    assert cost_of("{ one(first: 1, last: 2) { id } }").unsliced == ("Query.one",)
    assert cost_of("query($n: Int) { one(first: $n) { id } }").unsliced == ()


def test_estimates_have_a_maximum() -> None:
    text = "{ id }"
    for _ in range(40):
        text = f"{{ author {{ books(first: 2147483647) {text} }} }}"
    assert cost_of(f"{{ book {text} }}").constant == MAX_COST


def test_introspection_is_priced_by_the_standard_query() -> None:
    assert 900 <= (cost_of(get_introspection_query()).constant or 0) <= 1_000
    assert cost_of("{ __schema { queryType { name } } }").constant in (1, 2)
    sixty = " ".join(f"a{n}: __schema {{ types {{ fields {{ type {{ fields {{ name }} }} }} }} }}" for n in range(66))
    assert (cost_of(f"{{ {sixty} }}").constant or 0) > 2_500
    assert cost_of("{ __typename }").constant == 0


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ("{ book { id author { id } } }", {"book": {"id": 1, "author": None}}, 1),
        ("{ book { id } }", {"book": None}, 0),
        ("{ books { author { id } } }", {"books": [{"author": {"id": 1}}, None, {"author": None}]}, 7 + 0 + 1),
        ("{ grid { id } }", {"grid": [[{"id": 1}], None, [{"id": 1}, None]]}, 2),
        ("{ a: ten { id } b: ten { id } }", {"a": [], "b": [{"id": 1}] * 400}, 400),
        ("{ book { price } }", {"book": {"price": 3}}, 5),
        ('{ search(text: "x") }', {"search": 1}, 7),
        ("mutation { ping }", {"ping": 1}, 10),
        ("{ book { id } }", None, 0),
    ],
)
def test_the_cost_of_a_response(text: str, data: Any, expected: int) -> None:
    assert cost_of(text).actual(data, {}) == expected


def test_without_directives_lists_have_the_size_of_the_settings() -> None:
    plain = "type Query { all: [T] one: T } type T { id: ID all: [T] }"
    assert cost_of("{ all { all { all { id } } } one { id } }", plain, list_size=3).constant == 3 + 9 + 27 + 1


def test_generated_classes_cost_as_much_as_dictionaries() -> None:
    class Author(msgspec.Struct):
        f0: str | None

    class Book(msgspec.Struct, rename={"f1": "author"}):
        f1: Author | msgspec.UnsetType | None = msgspec.UNSET

    class Root(msgspec.Struct, rename={"f2": "books"}):
        f2: Any

    cost = cost_of("{ books { author { id } } }")
    assert cost.actual(Root([Book(Author("1")), Book(None), Book(), None]), {}) == 7 + 1 + 1
    assert cost.actual(Root(msgspec.Raw(b'[{"author": {"id": 1}}, null]')), {}) == 7
    assert cost.actual(Root([msgspec.Raw(b'{"author": {"id": 1}}')]), {}) == 7


def many_aliases(count: int) -> str:
    return "{ " + " ".join(f"a{n}: page(first: {n}) {{ items {{ id author {{ id }} }} }}" for n in range(count)) + " }"


def the_same_field(count: int) -> str:
    return "{ page { items { " + "author { id } " * count + "} } }"


def many_types(count: int) -> str:
    return "{ found { " + "... on Book { self { id } } ... on Author { id } " * count + "} }"


def many_conditions(count: int) -> str:
    declared = " ".join(f"$v{n}: Boolean!" for n in range(count))
    return f"query({declared}) {{ {' '.join(f'ten @include(if: $v{n}) {{ id }}' for n in range(count))} }}"


@pytest.mark.parametrize("make", [many_aliases, the_same_field, many_types, many_conditions])
def test_the_work_is_linear_in_the_operation(make: Callable[[int], str]) -> None:
    def work(count: int) -> int:
        supergraph, api = supergraph_of()
        operation = expand_operation(parse(make(count)), supergraph, api)
        costs = Costs(supergraph, api, DemandControlSettings())
        return calls_of(lambda: costs.annotate(operation).estimate({}))

    assert work(300) <= 15 * work(30)
