"""`hanse schema diff` on files and versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main

ROOT = Path(__file__).parents[2]
SUPERGRAPH = (ROOT / "schema" / "published" / "supergraph.graphql").read_text()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory outside of projects."""
    monkeypatch.chdir(tmp_path)
    for variable in ("HANSE_PROJECT", "HANSE_REGISTRY"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "old.graphql").write_text('type Query { a: Int @deprecated(reason: "Use b.") b: Int }')
    (tmp_path / "new.graphql").write_text('type Query { "The b." b: Int! }')
    (tmp_path / "supergraph.graphql").write_text(SUPERGRAPH)
    return tmp_path


def diff(*arguments: str, code: int, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["schema", "diff", *arguments], input=stdin)
    assert result.exit_code == code, result.output
    return result


def test_changes_of_api_schemas_as_text(folder: Path) -> None:
    assert diff("old.graphql", "new.graphql", code=1).stdout.splitlines() == [
        "breaking   FIELD_REMOVED  Query.a was removed. It was deprecated: Use b.",
        "           Operations that select it become invalid.",
        "safe       DESCRIPTION_ADDED  The description of Query.b was added.",
        "           A description does not affect operations.",
        "safe       FIELD_TYPE_NARROWED  The type of Query.b changed from Int to Int!.",
        "           Every value of the new type is a value of the old one.",
        "1 breaking, 0 dangerous, 2 safe",
    ]


def test_changes_as_json(folder: Path) -> None:
    found = json.loads(diff("old.graphql", "new.graphql", "--json", code=1).stdout)
    assert (found["breaking"], found["dangerous"], found["safe"]) == (1, 0, 2)
    assert found["changes"][0] == {
        "level": "breaking",
        "kind": "FIELD_REMOVED",
        "coordinate": "Query.a",
        "message": "Query.a was removed. It was deprecated: Use b.",
        "reason": "Operations that select it become invalid.",
        "deprecated": "Use b.",
    }


def test_no_change_is_no_failure(folder: Path) -> None:
    assert diff("old.graphql", "-", code=0, stdin=(folder / "old.graphql").read_text()).stdout == "no changes\n"
    assert diff("supergraph.graphql", "supergraph.graphql", code=0).stdout == "no changes\n"
    assert diff("new.graphql", "-", code=0, stdin="type Query { b: Int! }").stdout.endswith("1 safe\n")


def test_access_in_supergraphs(folder: Path) -> None:
    tighter = SUPERGRAPH.replace('@requiresScopes(scopes: [["users:read"]])', '@requiresScopes(scopes: [["x"]])')
    assert tighter != SUPERGRAPH
    found = json.loads(diff("supergraph.graphql", "-", "--json", code=1, stdin=tighter).stdout)
    assert {change["kind"] for change in found["changes"]} == {"ACCESS_TIGHTENED"}


def test_a_supergraph_and_its_api_schema_are_the_same_to_clients(folder: Path) -> None:
    api = (ROOT / "schema" / "published" / "api.graphql").read_text()
    assert diff("supergraph.graphql", "-", code=0, stdin=api).stdout == "no changes\n"


def test_versions(folder: Path) -> None:
    sdl = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { a: Int b: Int }'
    for text in (sdl, sdl.replace("a: Int", "")):
        (folder / "a.graphql").write_text(text)
        arguments = ["schema", "publish", "--subgraph", "a", "--schema", "a.graphql", "--url", "http://a"]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    assert "FIELD_REMOVED  Query.a was removed" in diff("production@1", "production", code=1).stdout
    assert "FIELD_ADDED  Query.a was added" in diff("2", "1", code=0).stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type Query {", "Syntax Error"),
        ("type Query { a: Missing }", "Unknown type 'Missing'"),
        ("type A { a: Int }", "Query root type must be provided"),
        ("enum join__Graph { A }", "not a valid schema"),
        ("[" * 5000, "not a valid schema"),
    ],
)
def test_what_cannot_be_compared(folder: Path, text: str, message: str) -> None:
    [line] = diff("old.graphql", "-", code=2, stdin=text).stderr.splitlines()
    assert line.startswith("hanse: stdin ")
    assert message in line


def test_a_file_that_is_missing(folder: Path) -> None:
    for name in ("missing.graphql", "7"):
        [line] = diff("old.graphql", name, code=2).stderr.splitlines()
        assert f"there is no file {name}, and no version: " in line
