"""`hanse init` in an empty folder, with the wheel and its extras installed: everything in the new project is green."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest

from tests.wheel.environment import Environment, build_wheel

QUERY = '{"query": "mutation { createNote(text: \\"First.\\") { text } }"}'


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with what the Makefile of a new project installs."""
    wheel = build_wheel(tmp_path_factory.mktemp("dist"))
    environment = Environment(tmp_path_factory.mktemp("full") / "venv")
    environment.install(f"{wheel}[dev,subgraph,testing]", "mypy", "ruff")
    return environment


@pytest.fixture(scope="module")
def project(full: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project, with a second and a third subgraph added."""
    folder = tmp_path_factory.mktemp("projects") / "My Shop"
    full.run(full.bin / "hanse", "init", folder)
    for name in ("reviews", "inventory"):
        full.run(full.bin / "hanse", "add", "subgraph", name, cwd=folder)
    (folder / ".venv").mkdir()
    (folder / ".venv" / ".installed").touch()  # `full` has what the Makefile installs
    return folder


@pytest.mark.parametrize("target", ["lint", "typecheck", "test"])
def test_the_new_project_is_green(full: Environment, project: Path, target: str) -> None:
    full.run("make", target, f"BIN={full.bin}", cwd=project)


def test_models_and_migrations_agree(full: Environment, project: Path) -> None:
    checked = json.loads(full.run(full.bin / "hanse", "migrate", "check", "--json", cwd=project))
    assert checked == ["notes", "reviews", "inventory"]


def test_the_subgraphs_compose(full: Environment, project: Path) -> None:
    supergraph = full.run(full.bin / "hanse", "compose", "--config", "supergraph.yaml", cwd=project)
    assert {"NOTES", "REVIEWS", "INVENTORY"} <= set(re.findall(r"\b[A-Z]+\b", supergraph))


def test_it_serves(full: Environment, project: Path, tmp_path: Path) -> None:
    process = full.start(full.bin / "hanse", "up", "--port", "0", "--data", tmp_path / "data", cwd=project)
    assert process.stdout is not None
    try:
        found = next((match for line in process.stdout if (match := re.search(r"GraphQL +(http://\S+)", line))), None)
        assert found is not None
        request = urllib.request.Request(found[1], QUERY.encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            assert json.loads(response.read()) == {"data": {"createNote": {"text": "First."}}}
    finally:
        process.terminate()
        process.communicate(timeout=40)


def test_a_change_of_the_code_is_served(full: Environment, project: Path, tmp_path: Path) -> None:
    arguments = f"--port 0 --data {tmp_path / 'data'}"
    process = full.start("make", "dev", f"BIN={full.bin}", f"ARGS={arguments}", cwd=project)
    assert process.stdout is not None
    types = project / "subgraphs" / "notes" / "types.py"
    before = types.read_text()
    try:
        assert any("supergraph 1 (inventory, notes, reviews)" in line for line in process.stdout)
        types.write_text(before.replace("The text.", "A text."))
        assert any("supergraph 2 (notes)" in line for line in process.stdout)
    finally:
        types.write_text(before)
        process.terminate()
        process.communicate(timeout=40)


def test_what_cannot_be_added_is_refused(full: Environment, project: Path) -> None:
    for name, reason in (("notes", "already"), ("Order-Items", "lower-case"), ("class", "cannot be the name")):
        done = full.attempt(full.bin / "hanse", "add", "subgraph", name, cwd=project)
        assert done.returncode == 2
        assert reason in done.stderr
    assert "not empty" in full.attempt(full.bin / "hanse", "init", project).stderr
