"""`hanse plan` in each of its forms."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.project import PROJECT
from hanse.cli import main
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource

SUPERGRAPH = str(PROJECT.published / "supergraph.graphql")


def planned(tmp_path: Path, operation: str, *options: str) -> str:
    file = tmp_path / "operation.graphql"
    file.write_text(operation)
    result = CliRunner().invoke(main, ["plan", "--supergraph", SUPERGRAPH, *options, str(file)])
    assert result.exit_code == 0, result.output
    return result.output


SELLERS = "{ products(first: 1) { edges { node { seller { username } } } } }"


def test_text(tmp_path: Path) -> None:
    message = planned(tmp_path, SELLERS)
    assert message.startswith("QueryPlan {")
    assert message.index("(catalog)") < message.index("(users, after #0)")


def test_the_estimated_cost(tmp_path: Path) -> None:
    assert planned(tmp_path, SELLERS).splitlines()[-1] == "Estimated cost: 4"
    by_variable = "query($n: Int) { products(first: $n) { nodes { id } } }"
    assert planned(tmp_path, by_variable).splitlines()[-1] == "Estimated cost without variables: 21"
    assert json.loads(planned(tmp_path, SELLERS, "--json"))["estimatedCost"] == 4


def test_json(tmp_path: Path) -> None:
    for options in (("--json",), ("--format", "json")):
        assert json.loads(planned(tmp_path, SELLERS, *options))["kind"] == "query"


@pytest.mark.parametrize(("form", "holds"), [("fetch-graph", "catalog"), ("query-graph", "Product")])
def test_graphs(tmp_path: Path, form: str, holds: str) -> None:
    drawn = planned(tmp_path, SELLERS, "--format", form)
    assert drawn.startswith("digraph ")
    assert drawn.rstrip().endswith("}")
    assert holds in drawn
    assert drawn.count("->") > 0


def test_generated_code(tmp_path: Path) -> None:
    """It is Python that parses, with the classes of the response and a function per step."""
    printed = planned(tmp_path, SELLERS, "--code")
    names = {node.name for node in ast.parse(printed).body if isinstance(node, ast.FunctionDef)}
    assert {"write_0", "represent_1_0", "write_1_0", "complete"} <= names
    assert "= 'username': str" in printed
    assert planned(tmp_path, SELLERS, "--format", "code") == printed


def test_no_generated_code(tmp_path: Path) -> None:
    printed = planned(tmp_path, "{ __schema { queryType { name } } }", "--code")
    assert printed == "# No code is generated for this operation: introspection.\n"


def test_one_of_several_operations(tmp_path: Path) -> None:
    both = f"query One {SELLERS} query Two {{ stats {{ users }} }}"
    assert "(analytics)" in planned(tmp_path, both, "--operation-name", "Two")


@pytest.mark.parametrize("operation", ["{ nothing }", "{", "query A { stats { users } } query B { stats { users } }"])
def test_what_cannot_be_planned(tmp_path: Path, operation: str) -> None:
    file = tmp_path / "operation.graphql"
    file.write_text(operation)
    result = CliRunner().invoke(main, ["plan", "--supergraph", SUPERGRAPH, str(file)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"hanse: {file} ")
    assert result.stdout == ""


def test_a_supergraph_with_a_broken_field_set(tmp_path: Path) -> None:
    composition = compose([SubgraphSource("shop", SHOP, "http://shop"), SubgraphSource("stock", STOCK, "http://stock")])
    assert composition.sdl is not None
    file = tmp_path / "supergraph.graphql"
    file.write_text(composition.sdl.replace('key: "id"', 'key: "id ("'))
    operation = tmp_path / "operation.graphql"
    operation.write_text("{ item { id } }")
    result = CliRunner().invoke(main, ["plan", "--supergraph", str(file), str(operation)])
    assert result.exit_code == 1
    assert result.stderr == (
        f"hanse: {file} is not a supergraph: 'id (' is not a field set: Expected Name, found '}}'.\n"
    )


KEY = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
SHOP = KEY + 'type Query { item: Item } type Item @key(fields: "id") { id: ID! }'
STOCK = KEY + 'type Item @key(fields: "id") { id: ID! count: Int }'
MIGRATION = {
    "old": "type Query { a: Int }",
    "new": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@override"])
        type Query { a: Int @override(from: "old", label: "percent(5)") b: Int }
    """,
}


def test_labels_of_overrides(tmp_path: Path) -> None:
    composition = compose([SubgraphSource(name, sdl, f"http://{name}") for name, sdl in MIGRATION.items()])
    assert composition.sdl is not None
    supergraph, operation = tmp_path / "supergraph.graphql", tmp_path / "operation.graphql"
    supergraph.write_text(composition.sdl)
    operation.write_text("{ a }")
    arguments = ["plan", "--supergraph", str(supergraph), str(operation)]
    assert "(old)" in CliRunner().invoke(main, arguments).output
    assert "(new)" in CliRunner().invoke(main, [*arguments, "--label", "percent(5)"]).output
    refused = CliRunner().invoke(main, [*arguments, "--label", "percent(6)"])
    assert refused.exit_code == 1
    assert "no override with the label percent(6); its labels: percent(5)" in refused.output
