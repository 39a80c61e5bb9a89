"""The query graph knows what each subgraph resolves, and how it can be entered."""

from __future__ import annotations

import pytest

from hanse_schema.compose import compose
from hanse_schema.query_graph import (
    FieldPick,
    Node,
    OverrideCondition,
    QueryGraph,
    TypePick,
    build,
    graph_to_dot,
    parse_picks,
    print_picks,
)
from hanse_schema.subgraph import SubgraphSource

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@override", "@interfaceObject"])\n'
)

STOCK = """
type Query { items: [Item] @provides(fields: "name maker { name }") medium: Medium media: [Medium] }
type Item @key(fields: "id") @key(fields: "sku", resolvable: false) {
  id: ID! sku: ID! name: String @external maker: Maker @external old: Int
  size: Int @requires(fields: "weight(unit: KG)") weight(unit: Unit): Int @external
}
type Maker { name: String @shareable }
enum Unit { KG }
interface Medium @key(fields: "id") { id: ID! }
type Book implements Medium @key(fields: "id") { id: ID! pages: Int }
type Film implements Medium @key(fields: "id") { id: ID! }
"""

SHOP = """
type Item @key(fields: "id") {
  id: ID! name: String @shareable maker: Maker @shareable weight(unit: Unit): Int
  old: Int @override(from: "stock", label: "percent(5)")
}
type Maker { name: String @shareable }
enum Unit { KG }
type Medium @key(fields: "id") @interfaceObject { id: ID! stars: Int }
"""


@pytest.fixture(scope="module")
def graph() -> QueryGraph:
    """The query graph of two subgraphs."""
    composition = compose([SubgraphSource("stock", _LINK + STOCK), SubgraphSource("shop", _LINK + SHOP)])
    assert composition.supergraph is not None, composition.errors
    return build(composition.supergraph)


def test_field_sets_are_read_with_arguments_and_printed() -> None:
    """A field set survives reading and printing."""
    text = 'price(currency: "EUR") dimensions { size ... on Box { depth } }'
    picks = parse_picks(text)
    assert picks == (
        FieldPick("price", 'currency: "EUR"'),
        FieldPick("dimensions", "", (FieldPick("size"), TypePick("Box", (FieldPick("depth"),)))),
    )
    assert print_picks(picks) == text
    assert parse_picks(f"{{ {text} }}") == picks


def test_external_fields_are_resolved_only_where_provided(graph: QueryGraph) -> None:
    """`@provides` makes a copy of the node that resolves more, at depth."""
    assert graph.field(Node("STOCK", "Item"), "name") is None
    items = graph.field(Node("STOCK", "Query"), "items")
    assert items is not None
    assert items.target is not None
    assert graph.field(items.target, "name") is not None
    maker = graph.field(items.target, "maker")
    assert maker is not None
    assert maker.target is not None
    assert graph.field(maker.target, "name") is not None


def test_requirements_keep_their_arguments(graph: QueryGraph) -> None:
    """A field that requires others is not plain."""
    size = graph.field(Node("STOCK", "Item"), "size")
    assert size is not None
    assert not size.is_plain
    assert size.requires == (FieldPick("weight", "unit: KG"),)


def test_only_resolvable_keys_are_entries(graph: QueryGraph) -> None:
    """A key that is not resolvable leads nowhere."""
    entries = {(entry.target.graph, print_picks(entry.key)) for entry in graph.entries["Item"]}
    assert entries == {("STOCK", "id"), ("SHOP", "id")}


def test_an_override_label_conditions_both_sides(graph: QueryGraph) -> None:
    """The subgraph that a field moves from resolves it while the label is inactive."""
    before, after = (graph.field(Node(name, "Item"), "old") for name in ("STOCK", "SHOP"))
    assert before is not None
    assert after is not None
    assert before.condition == OverrideCondition("percent(5)", active=False)
    assert after.condition == OverrideCondition("percent(5)", active=True)


def test_interface_objects_can_be_entered_from_every_implementation(graph: QueryGraph) -> None:
    """An object type enters an interface object under the interface's name."""
    (entry,) = (entry for entry in graph.entries["Book"] if entry.target.graph == "SHOP")
    assert entry.target == Node("SHOP", "Medium")
    assert entry.to_interface_object
    assert graph.is_interface_object(entry.target)
    assert list(graph.casts(entry.target)) == []
    assert graph.runtime_types(entry.target) == {"Book", "Film"}


def test_abstract_types_are_cast_to_what_the_subgraph_knows(graph: QueryGraph) -> None:
    """Casts are the object types that the subgraph itself has."""
    assert [cast.type for cast in graph.casts(Node("STOCK", "Medium"))] == ["Book", "Film"]


def test_the_drawing_names_fields_and_entries(graph: QueryGraph) -> None:
    """The Graphviz text holds clusters, field arrows and key arrows."""
    text = graph_to_dot(graph)
    assert 'subgraph "cluster_SHOP"' in text
    assert '"Query@STOCK" -> "Item@STOCK"' in text
    assert '"Item@STOCK" -> "Item@SHOP" [style=dashed, label="@key id"];' in text
    assert "size @requires weight(unit: KG)" in text
