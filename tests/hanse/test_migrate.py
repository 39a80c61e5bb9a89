"""`hanse migrate`, on databases in a folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Column, String, Table

from hanse.failures import Failure, UsageFailure
from hanse.migrate import check_migrations, migrate_down, migrate_up, migration_status, new_migration
from hanse.platform import SUBGRAPHS
from subgraphs.tasks.app import MIGRATIONS


def test_up_down_and_up_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said() -> dict[str, str]:
        lines = capsys.readouterr().out.splitlines()
        return {name: text for name, _, text in (line.partition(": ") for line in lines)}

    migration_status(data=tmp_path, names=[])
    assert said().keys() == SUBGRAPHS.keys()
    migrate_up(data=tmp_path, names=[])
    assert all(re.fullmatch(r"empty -> \d{4}", text) for text in said().values())
    migration_status(data=tmp_path, names=["catalog"])
    assert said()["catalog"].endswith("up to date")
    migrate_down(data=tmp_path, name="catalog", revision="base")
    migration_status(data=tmp_path, names=["catalog"])
    assert said()["catalog"].startswith("empty, pending 0001")
    migrate_up(data=tmp_path, names=["catalog", "users"])
    after = said()
    assert after["catalog"].startswith("empty -> ")
    assert after["users"].endswith("up to date")


def test_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(UsageFailure, match="users"):
        migrate_up(data=tmp_path, names=["nobody"])
    migrate_up(data=tmp_path, names=["users"])
    with pytest.raises(UsageFailure, match="base"):
        migrate_down(data=tmp_path, name="users", revision="9999")


def test_a_new_revision_follows_the_last(tmp_path: Path) -> None:
    """In a copy of the packages, since it writes beside the code."""
    for package in ("hanse", "subgraphs"):
        source = Path(__file__).parents[2] / package
        shutil.copytree(source, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
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
    with pytest.raises(UsageFailure, match="title"):
        new_migration(name="users", title="!!")


def test_check_says_when_models_and_migrations_agree(capsys: pytest.CaptureFixture[str]) -> None:
    check_migrations(names=[])
    assert capsys.readouterr().out.splitlines() == [f"{name}: models and migrations agree" for name in SUBGRAPHS]


def test_check_fails_when_they_differ() -> None:
    table = Table("colours", MIGRATIONS.models, Column("name", String(20), primary_key=True))
    try:
        with pytest.raises(Failure, match=r"tasks: .*colours.*hanse migrate new tasks"):
            check_migrations(names=["tasks"])
    finally:
        MIGRATIONS.models.remove(table)
