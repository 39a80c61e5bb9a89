"""`hanse compose --contract`: the supergraph of a contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main
from hanse_schema.supergraph import api_schema, parse_supergraph

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"])
type Query { products: [Product] stock: Stock @tag(name: "internal") }
type Product { name: String cost: Int @tag(name: "internal") }
type Stock { count: Int }
"""


def compose(folder: Path, contract: str) -> Result:
    (folder / "a.graphql").write_text(SDL)
    (folder / "supergraph.yaml").write_text(
        "subgraphs: {a: {routing_url: http://a/graphql, schema: {file: a.graphql}}}"
    )
    (folder / "contract.yaml").write_text(contract)
    files = {"config": "supergraph.yaml", "contract": "contract.yaml", "output": "public.graphql"}
    options = [part for option, name in files.items() for part in (f"--{option}", str(folder / name))]
    return CliRunner().invoke(main, ["compose", *options])


def visible_types(folder: Path) -> set[str]:
    schema = api_schema(parse_supergraph((folder / "public.graphql").read_text()))
    return {"Product", "Stock", "Product.cost"} & {
        *schema.type_map,
        *(f"Product.{name}" for name in schema.type_map["Product"].fields),  # type: ignore[attr-defined]
    }


def test_excluded_elements_and_unreachable_types_are_hidden(tmp_path: Path) -> None:
    result = compose(tmp_path, "exclude: [internal]")
    assert result.exit_code == 0, result.output
    assert visible_types(tmp_path) == {"Product"}


def test_unreachable_types_can_stay(tmp_path: Path) -> None:
    result = compose(tmp_path, "{exclude: [internal], hide_unreachable_types: false}")
    assert result.exit_code == 0, result.output
    assert visible_types(tmp_path) == {"Product", "Stock"}


def test_a_contract_without_query_fields_is_refused(tmp_path: Path) -> None:
    result = compose(tmp_path, "include: [unknown]")
    assert result.exit_code == 1
    assert "QUERY_ROOT_TYPE_INACCESSIBLE" in result.stderr
    assert not (tmp_path / "public.graphql").exists()


@pytest.mark.parametrize(
    ("contract", "message"),
    [
        ("{}", "name a tag in `include` or `exclude`"),
        ("exclude: internal", "contract.yaml:1:10: exclude: "),
        ("hide: [a]", "contract.yaml:1:7: hide: "),
        ("exclude: [", "not valid YAML"),
    ],
)
def test_an_invalid_contract_is_one_line(tmp_path: Path, contract: str, message: str) -> None:
    result = compose(tmp_path, contract)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
