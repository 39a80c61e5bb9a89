"""`hanse schema events check` from the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main


def schema(*required: str, **properties: str) -> str:
    kinds = {name: {"type": kind} for name, kind in properties.items()}
    return json.dumps({"type": "object", "properties": kinds, "required": list(required)})


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, cwd=folder, timeout=30)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in git with two events, as the working directory."""
    monkeypatch.chdir(tmp_path)
    events = tmp_path / "schema" / "events"
    events.mkdir(parents=True)
    (tmp_path / "hanse.toml").write_text("")
    (events / "user.updated.json").write_text(schema("id", id="string"))
    (events / "user.deleted.json").write_text(schema("id", id="string"))
    uses = {"user.updated": {"publisher": "users", "consumers": ["audit"]}}
    (events / "consumers.json").write_text(json.dumps(uses))
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "change")


def change(folder: Path, content: str) -> None:
    (folder / "schema" / "events" / "user.updated.json").write_text(content)


def check(*words: str) -> Result:
    return CliRunner().invoke(main, ["schema", "events", "check", *words])


def codes(result: Result) -> list[str]:
    report: Any = json.loads(result.output)
    return [f"{one['level']} {one['code']}" for one in report["findings"]]


def test_an_incompatible_change_fails_and_names_the_consumers(project: Path) -> None:
    assert check("--against", "HEAD").exit_code == 0
    change(project, schema("id", id="integer"))
    failed = check("--against", "HEAD")
    assert failed.exit_code == 1
    assert "`user.updated` at #/properties/id: type changed" in failed.output
    assert "at schema/events/user.updated.json" in failed.output
    assert "audit" in failed.output
    assert "users: failed, 2 errors" in failed.output


def test_a_compatible_change_passes(project: Path) -> None:
    change(project, schema("id", id="string", name="string"))
    passed = check("--against", "HEAD", "--json")
    assert passed.exit_code == 0
    assert codes(passed) == ["note EVENT_CHANGED"]
    assert check("--against", "HEAD", "--policy", "strict").exit_code == 1


def test_the_project_sets_the_rules(project: Path) -> None:
    change(project, schema("id", "name", id="string", name="string"))
    assert check("--against", "HEAD").exit_code == 1
    (project / "hanse.toml").write_text('[events]\ncompatibility = "forward"\n')
    assert check("--against", "HEAD").exit_code == 0
    assert check("--against", "HEAD", "--compatibility", "backward").exit_code == 1
    (project / "hanse.toml").write_text('[events.events]\n"user.*" = "none"\n')
    assert check("--against", "HEAD").exit_code == 0
    (project / "hanse.toml").write_text('[events]\ncompatibility = "total"\n')
    wrong = check("--against", "HEAD")
    assert wrong.exit_code == 2
    assert "hanse.toml: tool.hanse.events.compatibility" in wrong.stderr


def test_a_transitive_check_reads_all_commits(project: Path) -> None:
    change(project, schema(id="string"))
    commit(project)
    change(project, schema())
    commit(project)
    change(project, schema(id="integer"))
    assert check("--against", "HEAD", "--compatibility", "full").exit_code == 0
    assert check("--against", "HEAD", "--compatibility", "full_transitive").exit_code == 1


def test_removed_and_added_events(project: Path) -> None:
    events = project / "schema" / "events"
    (events / "user.deleted.json").rename(events / "user.erased.json")
    result = check("--against", "HEAD", "--json")
    assert codes(result) == ["warning EVENT_REMOVED", "note EVENT_ADDED"]


def test_another_folder(project: Path) -> None:
    old = project / "old"
    old.mkdir()
    (old / "a.json").write_text(schema(a="string"))
    new = project / "new"
    new.mkdir()
    (new / "a.json").write_text(schema(a="integer"))
    assert check("--against", "old", "new").exit_code == 1
    (project / "hanse.toml").unlink()
    assert check("--against", "old", "old").exit_code == 0
    assert "run it in a project" in check("--against", "old").stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot read schema/events/user.updated.json as JSON"),
        ("3", "user.updated.json is not a JSON Schema"),
        ("[" * 100_000, "cannot read"),
    ],
)
def test_a_file_that_is_no_schema_is_an_error(project: Path, content: str, message: str) -> None:
    change(project, content)
    result = check("--against", "HEAD", "schema/events")
    assert result.exit_code == 2
    assert message in result.stderr


def test_wrong_usage(project: Path) -> None:
    for words in (("--against", "nonesuch"), ("--against", "HEAD", "none"), ("--against", "-x")):
        assert check(*words).exit_code == 2
    (project / "schema" / "events" / "consumers.json").write_text('{"a": {"consumer": []}}')
    assert "consumers.json: a.consumer: Extra inputs" in check("--against", "HEAD").stderr
