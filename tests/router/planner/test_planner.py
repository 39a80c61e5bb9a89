"""What the planner promises beyond its golden plans: bounds, dependencies, errors, other forms of print."""

from __future__ import annotations

import json
import time

import pytest
from graphql import parse, validate

from hanse_router.errors import UnknownOperation
from hanse_router.operation_kind import OperationKind
from hanse_router.planner import PlanError, Planner
from hanse_router.planner.print_plan import fetches_of, path_text, plan_to_dot, plan_to_json, print_plan
from hanse_router.query_plan import PathTypes
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import api_schema
from tests.router.planner.test_cases import CASES, planner
from tests.router.planning import plan_of

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",'
    ' import: ["@key", "@shareable", "@external", "@requires"])\n'
)
SUBGRAPHS = 30


def wide_planner() -> Planner:
    """An entity and a value type that are shared by 30 subgraphs, each of which has fields of its own."""
    sources = []
    for number in range(SUBGRAPHS):
        own = " ".join(f"f{i}: String" for i in range(number, 200, SUBGRAPHS))
        sdl = f"""
        type Query {{ item: Item @shareable }}
        type Item @key(fields: "id") {{ id: ID! @shareable child: Item @shareable value: Value @shareable {own} }}
        type Value {{ all: String @shareable value: Value @shareable v{number}: String }}
        """
        sources.append(SubgraphSource(f"s{number}", _LINK + sdl))
    composition = compose(sources)
    assert composition.supergraph is not None, composition.errors[:3]
    return Planner(composition.supergraph)


FLAT = f"{{ item {{ id {' '.join(f'f{i}' for i in range(200))} }} }}"
DEEP = "{ item { " + " ".join(f"f{i} child {{" for i in range(30)) + " id " + "}" * 30 + " } }"
VALUES = "{ item { " + " ".join(f"value {{ all v{i}" for i in range(20)) + "}" * 20 + " } }"
ALIASES = "{ item { " + " ".join(f"a{i}: child {{ f{i} f{i + 1} }}" for i in range(100)) + " } }"


def test_a_type_in_30_subgraphs_plans_in_bounded_time() -> None:
    """Two hundred fields over 30 subgraphs are planned, each subgraph being asked once, without explosion."""
    wide = wide_planner()
    for text in (FLAT, DEEP, VALUES, ALIASES):
        start = time.perf_counter()
        plan = plan_of(wide, text)
        took = time.perf_counter() - start
        fetches = list(fetches_of(plan.node))
        assert len(fetches) <= SUBGRAPHS
        assert not any(fetch.depends_on for fetch in fetches)
        assert took < 5  # usually a hundredth of it; an explosion would take minutes


def test_many_implementations_do_not_explode() -> None:
    """Nested fragments on an interface with many implementations stay fragments on the interface."""
    types = " ".join(
        f"type T{i} implements Node & Named {{ id: ID! name: String children: [Node] friends: [Node] }}"
        for i in range(60)
    )
    sdl = f"""
    type Query {{ nodes: [Node] }}
    interface Node {{ id: ID! children: [Node] }}
    interface Named {{ name: String friends: [Node] }}
    type Plain implements Node {{ id: ID! children: [Node] }}
    {types}
    """
    composition = compose([SubgraphSource("s", _LINK + sdl)])
    assert composition.supergraph is not None
    text = "id"
    for _ in range(8):
        text = f"... on Named {{ name friends {{ {text} }} }} children {{ id }}"
    query = f"{{ nodes {{ {text} }} }}"
    assert not validate(api_schema(composition.supergraph), parse(query))
    (fetch,) = fetches_of(plan_of(Planner(composition.supergraph), query).node)
    assert len(fetch.operation) < 2000


def test_the_public_benchmark_takes_six_fetches_in_four_waves() -> None:
    """The plan of the gateways benchmark's query."""
    plan = plan_of(planner(CASES / "shop"), (CASES / "shop" / "benchmark.graphql").read_text())
    fetches = {fetch.id: fetch for fetch in fetches_of(plan.node)}

    def wave(number: int) -> int:
        return 1 + max((wave(before) for before in fetches[number].depends_on), default=0)

    assert len(fetches) == 6
    assert max(map(wave, fetches)) == 4


def test_a_field_that_cannot_be_had_is_an_error() -> None:
    """A supergraph that was not checked may ask for what no subgraph can answer."""
    first = _LINK + 'type Query { a: A } type A @key(fields: "id", resolvable: false) { id: ID! }'
    second = _LINK + 'type A @key(fields: "id") { id: ID! name: String }'
    composition = compose([SubgraphSource("a", first), SubgraphSource("b", second)])
    assert composition.supergraph is not None
    supergraph = composition.supergraph
    object_type = supergraph.types["A"]
    object_type.joins = tuple(join for join in object_type.joins if join.graph == "A")
    with pytest.raises(PlanError, match=r"A\.name cannot be resolved here"):
        plan_of(Planner(supergraph), "{ a { name } }")


def test_a_requirement_that_cannot_be_sent_is_an_error() -> None:
    """Composition accepts `@requires` where no key is resolvable, with a hint; only operations that ask for it fail."""
    first = _LINK + (
        'type Query { e: E } type E @key(fields: "id", resolvable: false)'
        ' { id: ID! size: Int @external cost: Int @requires(fields: "size") }'
    )
    second = _LINK + 'type E @key(fields: "id") { id: ID! size: Int }'
    composition = compose([SubgraphSource("a", first), SubgraphSource("b", second)])
    assert composition.supergraph is not None
    assert [hint.code for hint in composition.hints] == ["REQUIRES_WITHOUT_RESOLVABLE_KEY"]
    unsent = Planner(composition.supergraph)
    with pytest.raises(PlanError, match=r"E\.cost cannot be resolved here"):
        plan_of(unsent, "{ e { cost } }")
    assert len(list(fetches_of(plan_of(unsent, "{ e { size } }").node))) == 2


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("query A { me { id } } query B { me { id } }", None, "name one in operationName"),
        ("query A { me { id } }", "B", "no operation named 'B'"),
        ("subscription { me { id } }", None, "no subscription type"),
    ],
)
def test_an_operation_that_is_not_there_is_an_error(text: str, name: str | None, message: str) -> None:
    """Operations are found by name."""
    with pytest.raises(UnknownOperation, match=message):
        plan_of(planner(CASES / "shop"), text, name)


def test_the_named_operation_is_planned() -> None:
    """Of several operations only the named one counts."""
    plan = plan_of(planner(CASES / "shop"), "query A { me { id } } query B { topProducts { upc } }", "B")
    (fetch,) = fetches_of(plan.node)
    assert fetch.operation == "query B__products__0 { topProducts { upc } }"
    assert fetch.subgraph == "products"


def test_operations_declare_just_the_variables_that_they_use() -> None:
    """A dollar sign in a string is no variable, and a variable of the client's may bear our name."""
    text = """
    query ($upc: String!, $representations: Int) {
      product(upc: $upc) { reviews { author { reviews(first: $representations) { id } } } }
      other: product(upc: "$representations") { upc }
    }
    """
    root, entities = fetches_of(plan_of(planner(CASES / "shop"), text).node)
    assert root.variables == ("upc",)
    assert entities.variables == ("representations",)
    (group,) = entities.groups
    assert group.variable == "_representations"
    assert entities.operation.startswith("query($_representations: [_Any!]!, $representations: Int)")


def test_conditions_are_written_one_to_a_place() -> None:
    """Two conditions of one kind wrap each other: a directive stands only once in a place."""
    text = "query ($a: Boolean!, $b: Boolean!) { me { id ... @include(if: $a) { name @include(if: $b) } } }"
    (fetch,) = fetches_of(plan_of(planner(CASES / "shop"), text).node)
    assert "... @include(if: $b) { name @include(if: $a) }" in fetch.operation


def test_a_mutation_runs_only_under_its_own_conditions() -> None:
    """Mutations of one response key under different conditions: none runs where neither condition holds."""
    text = """
    mutation ($a: Boolean!, $b: Boolean!) {
      addItem(sku: "1") @include(if: $a) { id }
      addItem(sku: "1") @include(if: $b) { items }
    }
    """
    (fetch,) = fetches_of(plan_of(planner(CASES / "writes"), text).node)
    assert fetch.operation.count("addItem") == 2
    assert 'addItem(sku: "1") @include(if: $a) {' in fetch.operation
    assert 'addItem(sku: "1") @include(if: $b) {' in fetch.operation


def test_a_subscription_enriches_every_event() -> None:
    """The subscribing fetch stands alone; the rest are queries."""
    plan = plan_of(planner(CASES / "writes"), "subscription { cartChanged { items gifts } }")
    primary, rest = fetches_of(plan.node)
    assert plan.kind is OperationKind.SUBSCRIPTION
    assert primary.kind is OperationKind.SUBSCRIPTION
    assert rest.kind is OperationKind.QUERY
    assert rest.depends_on == (primary.id,)


def test_plans_print_as_json_and_as_a_drawing() -> None:
    """Both hold every fetch."""
    plan = plan_of(planner(CASES / "abstract"), "{ feed { id likes } }")
    as_json = plan_to_json(plan)
    assert json.loads(json.dumps(as_json)) == as_json
    assert as_json["node"]["nodes"][0]["operation"] == "{ feed { __typename id } }"
    drawing = plan_to_dot(plan)
    assert "f0 -> f1;" in drawing
    assert "feed.@|Image,Text|" in drawing
    assert print_plan(plan).startswith("QueryPlan {")


def test_paths_name_the_types_they_hold_for() -> None:
    """A path through an abstract type says for which objects."""
    plan = plan_of(planner(CASES / "abstract"), "{ feed { ... on Clip { score } } }")
    _, entities = fetches_of(plan.node)
    (path,) = entities.groups[0].paths
    assert path[-1] == PathTypes(("Clip",))
    assert path_text(path) == "feed.@|Clip|"
