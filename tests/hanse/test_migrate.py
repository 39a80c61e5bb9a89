"""`hanse migrate`, on databases in a folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Column, String, Table

from deploy.project import PROJECT, SUBGRAPHS
from hanse.cli import main
from hanse.migrate import check_migrations, migrate_down, migrate_up, new_migration
from hanse_wire.command_line import CommandError, CommandUsageError
from subgraphs.tasks.app import MIGRATIONS


def ran(command: str, folder: Path, *arguments: str) -> dict[str, str]:
    """What `hanse migrate COMMAND` prints, by subgraph."""
    result = CliRunner().invoke(main, ["migrate", command, "--data", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return {name: text for name, _, text in (line.partition(": ") for line in result.output.splitlines())}


def test_up_down_and_up_again(tmp_path: Path) -> None:
    assert ran("status", tmp_path).keys() == SUBGRAPHS.keys()
    assert all(re.fullmatch(r"empty -> \d{4}", text) for text in ran("up", tmp_path).values())
    assert ran("status", tmp_path, "catalog")["catalog"].endswith("up to date")
    assert ran("down", tmp_path, "catalog", "base")["catalog"].endswith(" -> base")
    assert ran("status", tmp_path, "catalog")["catalog"].startswith("empty, pending 0001")
    after = ran("up", tmp_path, "catalog", "users")
    assert after["catalog"].startswith("empty -> ")
    assert after["users"].endswith("up to date")


def test_status_creates_nothing(tmp_path: Path) -> None:
    missing = tmp_path / "data"
    assert set(ran("status", missing, "users")) == {"users"}
    assert not missing.exists()


def test_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(CommandUsageError, match="users"):
        migrate_up(PROJECT, tmp_path, ["nobody"])
    migrate_up(PROJECT, tmp_path, ["users"])
    with pytest.raises(CommandUsageError, match="base"):
        migrate_down(PROJECT, tmp_path, "users", "9999")


def test_a_new_revision_follows_the_last(tmp_path: Path) -> None:
    """In a copy of the packages, since it writes beside the code."""
    for package in ("hanse", "subgraphs"):
        source = Path(__file__).parents[2] / package
        shutil.copytree(source, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(Path(__file__).parents[2] / "pyproject.toml", tmp_path)
    begun = subprocess.run(
        [sys.executable, "-m", "hanse.cli", "migrate", "new", "users", "Add a Middle-Name"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    [path] = (tmp_path / "subgraphs" / "users" / "migrations").glob("*_add_a_middle_name.py")
    assert path.name in begun.stdout
    revision = int(path.name[:4])
    assert f'revision = "{revision:04}"\ndown_revision = "{revision - 1:04}"' in path.read_text()


def test_titles() -> None:
    with pytest.raises(CommandUsageError, match="title"):
        new_migration(PROJECT, "users", "!!")


def test_check_says_when_models_and_migrations_agree() -> None:
    result = CliRunner().invoke(main, ["migrate", "check"])
    assert result.output.splitlines() == [f"{name}: models and migrations agree" for name in SUBGRAPHS]


def test_check_fails_when_they_differ() -> None:
    table = Table("colours", MIGRATIONS.models, Column("name", String(20), primary_key=True))
    try:
        with pytest.raises(CommandError, match=r"tasks: .*colours.*hanse migrate new tasks"):
            check_migrations(PROJECT, ["tasks"])
    finally:
        MIGRATIONS.models.remove(table)
