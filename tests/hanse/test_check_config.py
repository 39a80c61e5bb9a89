"""`hanse router check-config`: the settings of a file and of the environment, checked without a router."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hanse.cli import main

pytestmark = pytest.mark.usefixtures("restored_logging")


def check(path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["router", "check-config", str(path)])
    return result.exit_code, result.output


def test_a_valid_file(tmp_path: Path) -> None:
    path = tmp_path / "router.yaml"
    path.write_text("limits: {max_depth: 7}")
    environment = "environment development: GraphiQL on, introspection on, suggestions on, errors masked: none"
    assert check(path) == (0, f"{path}: valid\n{environment}\n")


def test_a_tool_reads_json(tmp_path: Path) -> None:
    path = tmp_path / "router.yaml"
    path.write_text("introspection: false")
    result = CliRunner().invoke(main, ["router", "check-config", "--json", str(path)])
    expected = {"file": str(path), "valid": True, "environment": "development"}
    assert json.loads(result.output) == {**expected, "graphiql": True, "introspection": False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limits: {max_dept: 7}", "unknown setting limits.max_dept: did you mean limits.max_depth?"),
        ("limits: {max_depth: no}", "setting limits.max_depth: "),
        ("[", "is not YAML"),
    ],
)
def test_an_invalid_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "router.yaml"
    path.write_text(text)
    code, output = check(path)
    assert code == 1
    assert message in output
    assert output.count("\n") == 1


def test_an_invalid_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "router.yaml"
    path.write_text("{}")
    monkeypatch.setenv("HANSE_ROUTER_LIMITS__MAX_DEPTH", "0")
    code, output = check(path)
    assert code == 1
    assert "HANSE_ROUTER_LIMITS__MAX_DEPTH" in output


def test_the_router_needs_a_supergraph() -> None:
    result = CliRunner().invoke(main, ["router"])
    assert result.exit_code == 2
    assert "--supergraph" in result.output
