"""`hanse schema` on a server: publish, check with approval, diff, compose; and what the program imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main
from hanse.registry.server.keys import Scope
from tests.hanse.registry.servers import RunningRegistry
from tests.hanse.registry.stores import CATALOG, CATALOG_WITH_PRICE, CATALOG_WITHOUT_NAME, REVIEWS, new_graph


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: RunningRegistry) -> Path:
    """A working directory with SDL files, and an environment for commands on a graph of the server."""
    monkeypatch.chdir(tmp_path)
    graph = new_graph()
    scopes = (Scope.READ, Scope.PUBLISH, Scope.CHECK, Scope.APPROVE)
    monkeypatch.setenv("HANSE_REGISTRY", registry.url)
    monkeypatch.setenv("HANSE_GRAPH", graph)
    monkeypatch.setenv("HANSE_REGISTRY_KEY", registry.create_key(*scopes, graphs=[graph], name=graph))
    sources = {
        "catalog": CATALOG,
        "price": CATALOG_WITH_PRICE,
        "nameless": CATALOG_WITHOUT_NAME,
        "reviews": REVIEWS,
    }
    for name, sdl in sources.items():
        (tmp_path / f"{name}.graphql").write_text(sdl)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [*arguments])
    assert result.exit_code == code, result.output
    return result


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


def publish(subgraph: str, schema: str, *options: str, code: int = 0) -> Result:
    return run("schema", "publish", "--subgraph", subgraph, "--schema", f"{schema}.graphql", *options, code=code)


def test_versions_on_a_server(folder: Path) -> None:
    publish("catalog", "catalog", "--url", "http://catalog/graphql")
    publish("reviews", "reviews", "--base", "1")
    newest = run_json("schema", "history")[0]
    assert (newest["version"], newest["who"], newest["detail"]) == (2, os.environ["HANSE_GRAPH"], "reviews")
    assert run("schema", "show", "--subgraph", "catalog").stdout == f"{CATALOG.strip()}\n"
    assert "VERSION_CONFLICT" in publish("catalog", "price", "--base", "1", code=1).stderr
    assert "[FORBIDDEN]" in run("schema", "rollback", "1", code=1).stderr
    run("schema", "branch", "create", "checkout")
    run("schema", "branch", "publish", "checkout", "--subgraph", "catalog", "--schema", "price.graphql")
    assert "price" in run("schema", "diff", "production@2", "production/checkout@2").stdout
    assert not (folder / "schema").exists()


def test_a_check_is_recorded_and_approved_on_a_server(folder: Path) -> None:
    publish("catalog", "catalog", "--url", "http://catalog/graphql")
    arguments = ("schema", "check", "--subgraph", "catalog", "--schema", "nameless.graphql")
    failed = run_json(*arguments, code=1)
    run("schema", "approve", failed["id"], "--reason", "no client uses the name")
    passed = run_json(*arguments)
    assert passed["id"] == failed["id"]
    publish("catalog", "nameless", "--base", "1")
    assert not (folder / "schema").exists()


def test_a_composition_takes_a_subgraph_from_the_registry(folder: Path) -> None:
    publish("catalog", "catalog", "--url", "http://catalog/graphql")
    graph = os.environ["HANSE_GRAPH"]
    (folder / "supergraph.yaml").write_text(
        f"subgraphs: {{catalog: {{schema: {{graphref: {graph}@production, subgraph: catalog}}}}}}"
    )
    composed = run("compose", "--config", "supergraph.yaml").stdout
    assert 'url: "http://catalog/graphql"' in composed
    (folder / "supergraph.yaml").write_text(
        f"subgraphs: {{a: {{schema: {{graphref: {graph}@production, subgraph: missing}}}}}}"
    )
    assert "it has catalog" in run("compose", "--config", "supergraph.yaml", code=1).stderr


def test_of_two_processes_that_publish_one_wins(folder: Path) -> None:
    publish("catalog", "catalog")
    options = ["--subgraph", "catalog", "--base", "1", "--schema"]
    command = [sys.executable, "-m", "hanse.cli", "schema", "publish", *options]
    for index in range(2):
        (folder / f"{index}.graphql").write_text(CATALOG.replace("name:", f"field{index}: Int name:"))
    processes = [
        subprocess.Popen([*command, f"{index}.graphql"], stderr=subprocess.PIPE, text=True) for index in range(2)
    ]
    messages = [process.communicate(timeout=100)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1], messages
    assert sum("VERSION_CONFLICT" in message for message in messages) == 1
    assert [entry["version"] for entry in run_json("schema", "history")] == [2, 1]


def test_a_missing_key_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANSE_REGISTRY_KEY")
    result = publish("catalog", "catalog", code=1)
    assert "[UNAUTHENTICATED]" in result.stderr
    assert "HANSE_REGISTRY_KEY" in result.stderr


def test_the_program_needs_no_extra_without_the_server() -> None:
    modules = "hanse.registry.open, hanse.commands.schema, hanse.commands.registry, hanse.checks.check"
    extras = ("fastapi", "sqlalchemy", "sqlmodel", "strawberry", "alembic")
    code = f"import sys, {modules}; print([name for name in {extras!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
