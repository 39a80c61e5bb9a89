"""Each subgraph's migrations make the tables of its models, and undo them."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Column, Index, MetaData, String, Table, inspect
from sqlmodel import AutoString

from hanse_subgraph.db import Database, Id, UtcDateTime
from hanse_subgraph.migrate import (
    Migrations,
    SchemaMismatch,
    check,
    check_revisions,
    downgrade,
    new_revision,
    status,
    upgrade,
)
from hanse_wire.settings import SettingsError
from tests.databases import NewDatabase

ROOT = Path(__file__).parents[2] / "subgraphs"
SUBGRAPHS = sorted(path.parent.name for path in ROOT.glob("*/migrations"))


def migrations_of(name: str) -> Migrations:
    """A subgraph's migrations."""
    found: Migrations = import_module(f"subgraphs.{name}.app").MIGRATIONS
    return found


@pytest.mark.parametrize("name", SUBGRAPHS)
async def test_migrations_make_what_the_models_say(name: str, new_database: NewDatabase) -> None:
    database = Database(new_database(name))
    migrations = migrations_of(name)
    before = await upgrade(database, migrations)
    assert (before.current, before.pending[-1]) == (None, before.newest)
    after = await status(database, migrations)
    assert (after.current, after.pending) == (after.newest, ())
    await check(database, migrations)
    await downgrade(database, migrations, "base")
    async with database.writing_engine.connect() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    await upgrade(database, migrations)
    await database.close()


def changed_models(make: Callable[[Table], object]) -> MetaData:
    """The models of the tasks subgraph, with a change to the table of tasks."""
    models = MetaData()
    for table in migrations_of("tasks").models.tables.values():
        table.to_metadata(models)
    make(models.tables["tasks"])
    return models


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda table: table.append_column(Column("colour", String(20), nullable=True)), "colour"),
        (lambda table: Index("one_title", table.c.title, unique=True), "one_title"),
    ],
)
async def test_a_change_of_the_models_alone_is_found(change: Callable[[Table], object], found: str) -> None:
    changed = Migrations(migrations_of("tasks").folder, changed_models(change))
    with pytest.raises(SchemaMismatch, match=found):
        await check_revisions(changed)


async def test_a_new_revision_holds_what_the_models_have_more(tmp_path: Path) -> None:
    folder = tmp_path / "50% of it"
    shutil.copytree(migrations_of("tasks").folder, folder)

    def change(table: Table) -> None:
        table.append_column(Column("colour", AutoString(20), nullable=True))
        table.append_column(Column("done_at", UtcDateTime, nullable=True))
        table.append_column(Column("helper_id", Id, nullable=True, index=True))

    changed = Migrations(folder, changed_models(change))
    path = await new_revision(changed, "Add a helper")
    assert path.name == f"{changed.revisions[-1]}_add_a_helper.py"
    written = path.read_text()
    assert "from hanse_subgraph import db\n" in written
    assert 'sa.Column("colour", sa.String(20), nullable=True)' in written
    await check_revisions(changed)
    ruff = await asyncio.create_subprocess_exec(sys.executable, "-m", "ruff", "check", "--select", "E,F,W,I", folder)
    assert await ruff.wait() == 0
    again = await new_revision(changed, "Nothing")
    assert again.read_text().count("    pass\n") == 2


async def test_a_database_of_a_newer_version_is_refused(new_database: NewDatabase) -> None:
    database = Database(new_database("users"))
    await upgrade(database, migrations_of("users"))
    async with database.writing_engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match="newer version"):
        await status(database, migrations_of("users"))
    await database.close()


async def test_a_database_that_cannot_be_opened_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "users.sqlite").mkdir()
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/users.sqlite")
    with pytest.raises(SettingsError, match="cannot open the database") as refused:
        await upgrade(database, migrations_of("users"))
    assert "\n" not in str(refused.value)
    await database.close()
    for thread in threading.enumerate():  # aiosqlite's thread says good-bye to the loop, which must be there still
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)
