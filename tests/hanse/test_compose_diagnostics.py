"""`hanse compose` shows diagnostics as an editor does, with colours on a terminal only."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import click
import pytest

from tests.e2e.processes import HANSE

SDL = """type Query {
  products: [Product]
}
"""
MESSAGE = "`Query.products` is of type `Product`, which this subgraph does not define: define it, or correct the name."
SHOWN = f"""\
catalog.graphql:2:14: error INVALID_GRAPHQL: [catalog] {MESSAGE}
    2 |   products: [Product]
      |              ^^^^^^^
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog.graphql").write_text(SDL)
    subgraphs = {"catalog": {"schema": {"file": "catalog.graphql"}}}
    (tmp_path / "supergraph.yaml").write_text(json.dumps({"subgraphs": subgraphs}))
    return tmp_path


def command(*options: str) -> list[str]:
    return [str(HANSE), "compose", "--config", "supergraph.yaml", *options]


def to_a_file(folder: Path, *options: str) -> str:
    done = subprocess.run(command(*options), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def to_a_terminal(folder: Path, **environment: str) -> str:
    parent, child = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    try:
        done = subprocess.run(
            command(), cwd=folder, stderr=child, env={**inherited, **environment}, timeout=60, check=False
        )
        assert done.returncode == 1
        return os.read(parent, 10_000).decode().replace("\r\n", "\n")
    finally:
        os.close(parent)
        os.close(child)


def test_the_line_of_the_source_is_shown(folder: Path) -> None:
    assert to_a_file(folder) == SHOWN


def test_a_repair_follows_its_diagnostic(folder: Path) -> None:
    (folder / "catalog.graphql").write_text("type Query {\n  product: Product\n}\ntype Product { name: Strin }\n")
    assert to_a_file(folder).splitlines()[1:] == [
        "    4 | type Product { name: Strin }",
        "      |                      ^^^^^",
        "  possible repair: Write String for Strin.",
    ]


def test_a_terminal_has_colours(folder: Path) -> None:
    shown = to_a_terminal(folder)
    assert click.style("error", fg="red", bold=True) in shown
    assert click.unstyle(shown) == SHOWN
    assert to_a_terminal(folder, NO_COLOR="1") == SHOWN


def test_json_has_no_excerpts(folder: Path) -> None:
    (found,) = json.loads(to_a_file(folder, "--json"))
    assert found["message"] == f"[catalog] {MESSAGE}"
    assert found["locations"] == [{"subgraph": "catalog", "file": "catalog.graphql", "line": 2, "column": 14}]


def test_a_broken_field_set_is_shown_where_it_is(folder: Path) -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
    sdl = f'{link}\ntype Query {{ t: T }}\n\ntype T @key(fields: "id #...") {{\n  id: ID\n}}\n'
    (folder / "catalog.graphql").write_text(sdl)
    head, line, caret = to_a_file(folder).splitlines()
    assert head.startswith("catalog.graphql:4:8: error KEY_INVALID_FIELDS: [catalog] `T` has @key(fields: ")
    assert (line, caret) == ('    4 | type T @key(fields: "id #...") {', "      |        ^^^^")
