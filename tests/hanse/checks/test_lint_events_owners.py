"""Lint, schemas of events and owners in `hanse schema check`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main

SDL = '"Root."\ntype Query {\n  "A."\n  a: Int\n  Old: Int\n}\n'
CONFIG = "subgraphs:\n  one:\n    routing_url: http://one/graphql\n    schema: {file: one.graphql}\n"
CHANGE = ("--subgraph", "one", "--schema", "new.graphql")
EVENT = {"type": "object", "properties": {"id": {"type": "string"}}}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["schema", *words])


def report(*words: str) -> Any:
    return json.loads(run("check", *CHANGE, "--json", *words).output)


def codes(found: Any, *checks: str) -> list[str]:
    return [f"{one['code']} {one['coordinate']}" for one in found["findings"] if one["check"] in checks]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in git with one subgraph and one event, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hanse.toml").write_text("")
    (tmp_path / "one.graphql").write_text(SDL)
    (tmp_path / "supergraph.yaml").write_text(CONFIG)
    published, events = tmp_path / "schema" / "published", tmp_path / "schema" / "events"
    published.mkdir(parents=True)
    events.mkdir()
    (published / "one.graphql").write_text(SDL)
    composed = ["compose", "--config", "supergraph.yaml", "--output", "schema/published/supergraph.graphql"]
    assert CliRunner().invoke(main, composed).exit_code == 0
    (events / "thing.changed.json").write_text(json.dumps(EVENT))
    (events / "consumers.json").write_text('{"thing.changed": {"publisher": "one", "consumers": ["audit"]}}')
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True, cwd=tmp_path, timeout=30)
    return tmp_path


def test_only_new_findings_of_lint_are_reported(project: Path) -> None:
    (project / "new.graphql").write_text(SDL.replace("  Old", "  New_one: Int\n  Old"))
    found = report()
    assert codes(found, "lint") == ["FIELD_NAME_CASE Query.New_one", "FIELD_DESCRIPTION Query.New_one"]
    assert found["verdict"] == "failed"
    assert found["findings"][0]["locations"] == [{"file": "new.graphql", "line": 5, "column": 3}]
    (project / "lint.yaml").write_text("preset: none")
    assert codes(report(), "lint") == []


def test_an_incompatible_event_fails(project: Path) -> None:
    (project / "new.graphql").write_text(SDL)
    assert codes(report(), "events") == []
    changed = EVENT | {"properties": {"id": {"type": "integer"}}}
    (project / "schema" / "events" / "thing.changed.json").write_text(json.dumps(changed))
    found = report()
    assert set(codes(found, "events")) == {
        "EVENT_NOT_BACKWARD_COMPATIBLE thing.changed",
        "EVENT_NOT_FORWARD_COMPATIBLE thing.changed",
    }
    assert found["verdict"] == "failed"
    (project / "schema" / "events" / "thing.changed.json").write_text("{")
    assert run("check", *CHANGE).exit_code == 2


def test_events_outside_of_git_are_not_compared(project: Path) -> None:
    (project / "new.graphql").write_text(SDL)
    (project / ".git").rename(project / "git-of-before")
    [skipped] = [one for one in report()["skipped"] if one["check"] == "events"]
    assert "git" in skipped["reason"]


def test_an_owner_has_to_approve(project: Path) -> None:
    (project / "schema" / "OWNERS").write_text('one/Query @team\n@team = "Ada Lovelace"\n')
    (project / "new.graphql").write_text(SDL.replace("  Old: Int\n", ""))
    found = report()
    [error] = [one for one in found["findings"] if one["level"] == "error"]
    assert error["owners"] == ["@team"]
    assert codes(found, "ownership") == ["APPROVAL_REQUIRED None"]
    assert "owned by @team" in run("check", *CHANGE).output
    assert run("approve", found["id"], "--who", "Bob", "--reason", "r").exit_code == 0
    assert run("check", *CHANGE).exit_code == 1
    assert run("approve", found["id"], "--who", "Ada Lovelace", "--reason", "r").exit_code == 0
    assert run("check", *CHANGE).exit_code == 0


def test_a_wrong_file_of_owners_is_an_error(project: Path) -> None:
    (project / "new.graphql").write_text(SDL)
    (project / "schema" / "OWNERS").write_text("# owners\nQuery..a @team\n")
    result = run("check", *CHANGE)
    assert result.exit_code == 2
    assert "schema/OWNERS:2: 'Query..a' is not a pattern" in result.stderr
