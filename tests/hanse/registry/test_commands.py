"""`hanse schema publish`, `history`, `show`, `rollback`, `remove`, `promote` and `branch` on a folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main
from tests.hanse.registry.stores import BROKEN, CATALOG, CATALOG_WITH_PRICE, REVIEWS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory outside of projects, with SDL files."""
    monkeypatch.chdir(tmp_path)
    for variable in ("HANSE_PROJECT", "HANSE_REGISTRY", "GITHUB_SHA", "CI_COMMIT_SHA"):
        monkeypatch.delenv(variable, raising=False)
    sources = {"catalog": CATALOG, "price": CATALOG_WITH_PRICE, "reviews": REVIEWS, "broken": BROKEN}
    for name, sdl in sources.items():
        (tmp_path / f"{name}.graphql").write_text(sdl)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["schema", *arguments])
    assert result.exit_code == code, result.output
    return result


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def published(folder: Path) -> dict[str, bytes]:
    """The content of every file in the folder of published schemas."""
    root = folder / "schema" / "published"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_versions_from_the_command_line(folder: Path) -> None:
    run("publish", "--subgraph", "catalog", "--schema", "catalog.graphql", "--url", "http://catalog", "--who", "Ann")
    run("publish", "--subgraph", "reviews", "--schema", "reviews.graphql", "--commit", "abc123", "--who", "Bo")
    run("publish", "--subgraph", "catalog", "--schema", "price.graphql", "--base", "2", "--who", "Ann")
    assert "published catalog by Ann" in run("history").stdout.splitlines()[0]
    entries = run_json("history", "--limit", "2")
    assert [(entry["version"], entry["who"], entry["detail"]) for entry in entries] == [
        (3, "Ann", "catalog"),
        (2, "Bo", "reviews"),
    ]
    assert entries[1]["commit"] == "abc123"
    assert run("show", "--subgraph", "catalog").stdout == f"{CATALOG_WITH_PRICE.strip()}\n"
    assert run("show", "1", "--subgraph", "catalog").stdout == f"{CATALOG.strip()}\n"
    assert "join__Graph" in run("show", "--supergraph").stdout
    assert "price: Int" in run("show", "production@3", "--api").stdout
    assert [one["name"] for one in run_json("show", "2")["subgraphs"]] == ["catalog", "reviews"]
    assert "catalog: http://catalog" in run("show").stdout
    run("rollback", "2")
    assert "rolled back to version 2" in run("history").stdout
    run("promote", "--from", "production", "--to", "staging")
    assert run_json("show", "--variant", "staging")["version"] == 1
    run("remove", "--subgraph", "reviews")
    assert run_json("history")[0]["action"] == "removed"


def test_subgraphs_are_published_together(folder: Path) -> None:
    (folder / "supergraph.yaml").write_text(
        "subgraphs:\n"
        "  reviews: {routing_url: http://reviews, schema: {file: reviews.graphql}}\n"
        "  catalog: {routing_url: http://catalog, schema: {file: catalog.graphql}}\n"
    )
    run("publish", "--config", "supergraph.yaml")
    assert [(one["name"], one["url"]) for one in run_json("show")["subgraphs"]] == [
        ("catalog", "http://catalog"),
        ("reviews", "http://reviews"),
    ]
    for wrong in ([], ["--subgraph", "a"], ["--config", "supergraph.yaml", "--subgraph", "a"]):
        assert "give --subgraph and --schema, or --config" in run("publish", *wrong, code=2).stderr


def test_the_published_files_are_those_of_the_current_version(folder: Path) -> None:
    run("publish", "--subgraph", "catalog", "--schema", "catalog.graphql")
    run("publish", "--subgraph", "reviews", "--schema", "reviews.graphql")
    run("publish", "--subgraph", "catalog", "--schema", "price.graphql", "--variant", "staging")
    files = published(folder)
    assert files["catalog.graphql"].decode() == f"{CATALOG.strip()}\n"
    assert files["supergraph.graphql"].decode() == run("show", "--supergraph").stdout
    assert files["api.graphql"].decode() == run("show", "--api").stdout
    run("remove", "--subgraph", "reviews")
    assert "reviews.graphql" not in published(folder)


def test_a_failed_publish_writes_nothing(folder: Path) -> None:
    run("publish", "--subgraph", "catalog", "--schema", "catalog.graphql")
    before = published(folder)
    result = run("publish", "--subgraph", "reviews", "--schema", "broken.graphql", code=1)
    assert "error FIELD_TYPE_MISMATCH" in result.stderr
    assert "nothing was written" in result.stderr
    result = run("publish", "--subgraph", "catalog", "--schema", "price.graphql", "--base", "7", code=1)
    assert "retry with --base 1 [VERSION_CONFLICT]" in result.stderr
    assert published(folder) == before


def test_branches_from_the_command_line(folder: Path) -> None:
    run("publish", "--subgraph", "catalog", "--schema", "catalog.graphql")
    run("branch", "create", "checkout")
    run("branch", "publish", "checkout", "--subgraph", "catalog", "--schema", "price.graphql")
    assert "price" in run("show", "--branch", "checkout", "--api").stdout
    assert "price" in run("show", "production/checkout@2", "--api").stdout
    assert "price" not in run("show", "--api").stdout
    assert run_json("branch", "list")[0]["subgraphs"] == ["catalog"]
    assert "checkout: replaces catalog" in run("branch", "list").stdout
    run("branch", "restore", "checkout", "--subgraph", "catalog")
    assert "price" not in run("show", "--branch", "checkout", "--api").stdout
    run("branch", "delete", "checkout")
    assert "NOT_FOUND" in run("show", "--branch", "checkout", code=1).stderr


def test_a_folder_without_versions_begins_with_its_exported_files(folder: Path) -> None:
    shutil.copytree(ROOT / "schema" / "published", folder / "schema" / "published")
    before = published(folder)
    version = run_json("show")
    assert (version["version"], version["action"]) == (0, "exported")
    assert len(version["subgraphs"]) == 8
    assert all(one["url"].startswith("http://") for one in version["subgraphs"])
    sdl = (folder / "schema" / "published" / "media.graphql").read_text()
    (folder / "media.graphql").write_text(f"{sdl}\nextend type Query {{ added: Int }}\n")
    run("publish", "--subgraph", "media", "--schema", "media.graphql")
    (folder / "media.graphql").write_text(sdl)
    run("publish", "--subgraph", "media", "--schema", "media.graphql")
    after = published(folder)
    assert {name: after[name] for name in before} == before, "a publish writes what an export writes"
    assert run_json("history")[0]["version"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["show"], 1, "no variant 'production'"),
        (["show", "a/b/c"], 1, "BAD_USER_INPUT"),
        (["publish", "--subgraph", "../x", "--schema", "catalog.graphql"], 1, "BAD_USER_INPUT"),
        (["publish", "--subgraph", "x", "--schema", "missing.graphql"], 1, "cannot read missing.graphql"),
        (
            ["publish", "--subgraph", "x", "--schema", "catalog.graphql", "--registry", "catalog.graphql"],
            1,
            "cannot use",
        ),
        (["history", "--limit", "0"], 2, "limit"),
        (["promote", "--from", "staging", "--to", "production"], 1, "NOT_FOUND"),
        (["branch", "create", "x", "--variant", "staging"], 1, "NOT_FOUND"),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: list[str], code: int, message: str) -> None:
    result = run(*arguments, code=code)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not (folder / "schema").exists()


def test_damaged_files_are_named(folder: Path) -> None:
    run("publish", "--subgraph", "catalog", "--schema", "catalog.graphql")
    versions = folder / "schema" / "published" / "registry"
    (stored,) = (versions / "variants" / "production").iterdir()
    content = stored.read_text()
    for damaged in ("", "{", "[]", content.replace('"number": 1', '"number": "x"')):
        stored.write_text(damaged)
        result = run("show", code=1)
        assert "1.json" in result.stderr
        assert "STORE_BROKEN" in result.stderr
    stored.write_text(content)
    for schema in (versions / "objects").iterdir():
        schema.write_text("type Query { changed: Int }\n")
    assert "was changed" in run("show", code=1).stderr


def test_of_two_processes_that_publish_one_wins(folder: Path) -> None:
    run("publish", "--subgraph", "catalog", "--schema", "catalog.graphql")
    command = [
        sys.executable,
        "-m",
        "hanse.cli",
        "schema",
        "publish",
        "--subgraph",
        "catalog",
        "--base",
        "1",
        "--schema",
    ]
    for index in range(3):
        (folder / f"{index}.graphql").write_text(CATALOG.replace("name:", f"field{index}: Int name:"))
    processes = [
        subprocess.Popen([*command, f"{index}.graphql"], stderr=subprocess.PIPE, text=True, env=dict(os.environ))
        for index in range(3)
    ]
    messages = [process.communicate(timeout=60)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1, 1], messages
    assert sum("VERSION_CONFLICT" in message for message in messages) == 2
    assert [entry["version"] for entry in run_json("history")] == [2, 1]
