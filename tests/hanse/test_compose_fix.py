"""`hanse compose --fix`: repairs in files, as diff and as JSON."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"%s])\n'
PRODUCTS = (
    LINK % ""
    + """
type Query {
  product: Product
}

type Product @key(fields: "id") {
  id: ID!
  name: String  # shown to clients
}
"""
)
REVIEWS = (
    LINK % ', "@shareable"'
    + """
type Product @key(fields: "id") {
  id: ID!
  name: String @shareable
  stars: Int
}
"""
)
NAMES = ("products", "reviews")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "products.graphql").write_text(PRODUCTS)
    (tmp_path / "reviews.graphql").write_text(REVIEWS)
    subgraphs = {name: {"routing_url": f"http://{name}", "schema": {"file": f"{name}.graphql"}} for name in NAMES}
    (tmp_path / "supergraph.yaml").write_text(json.dumps({"subgraphs": subgraphs}))
    return tmp_path


def compose(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["compose", "--config", str(folder / "supergraph.yaml"), *options])


def test_the_error_names_its_repair(folder: Path) -> None:
    result = compose(folder)
    assert result.exit_code == 1
    assert "error INVALID_FIELD_SHARING" in result.stderr
    assert "  repair: Mark Product.name @shareable in products." in result.stderr
    assert (folder / "products.graphql").read_text() == PRODUCTS


def test_fix_writes_the_file_and_the_supergraph(folder: Path) -> None:
    output = folder / "supergraph.graphql"
    result = compose(folder, "--fix", "--output", str(output))
    assert result.exit_code == 0, result.output
    fixed = (folder / "products.graphql").read_text()
    assert fixed == PRODUCTS.replace('"@key"', '"@key", "@shareable"').replace(
        "name: String ", "name: String @shareable "
    )
    assert (folder / "reviews.graphql").read_text() == REVIEWS
    assert "fixed INVALID_FIELD_SHARING: Mark Product.name @shareable in products." in result.stderr
    assert "+  name: String @shareable  # shown to clients" in result.stderr
    assert "join__type" in output.read_text()
    assert compose(folder).exit_code == 0


def test_dry_run_writes_nothing(folder: Path) -> None:
    output = folder / "supergraph.graphql"
    result = compose(folder, "--fix", "--dry-run", "--output", str(output))
    assert result.exit_code == 0, result.output
    assert "+  name: String @shareable" in result.stderr
    assert (folder / "products.graphql").read_text() == PRODUCTS
    assert not output.exists()
    assert compose(folder, "--dry-run").exit_code == 2, "--dry-run belongs to --fix"


def test_the_diff_can_be_applied_by_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "products.graphql").write_text(PRODUCTS.rstrip("\n"))  # no line feed at the end
    result = CliRunner().invoke(main, ["compose", "--config", "supergraph.yaml", "--format", "json"])
    (diagnostic,) = json.loads(result.stderr)
    assert diagnostic["repair"]["confidence"] == "safe"
    assert {place["file"] for place in diagnostic["locations"]} == {"products.graphql", "reviews.graphql"}
    (patch,) = diagnostic["repair"]["patches"]
    assert {edit["file"] for edit in patch["edits"]} == {"products.graphql"}
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=patch["diff"], text=True, check=True, cwd=folder)
    assert compose(folder).exit_code == 0
    assert not (folder / "products.graphql").read_text().endswith("\n")


def test_what_remains_is_reported(folder: Path) -> None:
    """A choice is offered, not applied; the exit code says that there is no supergraph."""
    (folder / "reviews.graphql").write_text(REVIEWS.replace(' @key(fields: "id")', ""))
    (folder / "products.graphql").write_text(PRODUCTS.replace(' @key(fields: "id")', ""))
    result = compose(folder, "--fix", "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stderr)
    assert [one["diagnostic"]["coordinate"] for one in report["applied"]] == ["Product.name"]
    assert "+  name: String @shareable" in report["diff"]
    left = {one["coordinate"]: one["repair"]["confidence"] for one in report["diagnostics"]}
    assert left == {"Product.id": "choice"}


def test_line_ends_stay(folder: Path) -> None:
    (folder / "products.graphql").write_bytes(PRODUCTS.replace("\n", "\r\n").encode())
    assert compose(folder, "--fix").exit_code == 0
    fixed = (folder / "products.graphql").read_bytes()
    assert fixed.count(b"\r\n") == PRODUCTS.count("\n") == fixed.count(b"\n")
