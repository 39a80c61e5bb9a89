"""Each subgraph's migrations make the tables of its models, and undo them."""

from __future__ import annotations

import asyncio
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect

from hanse_subgraph.config import ConfigError
from hanse_subgraph.db import Database
from hanse_subgraph.events.tables import metadata as event_tables
from hanse_subgraph.migrate import downgrade, status, upgrade
from tests.databases import NewDatabase

ROOT = Path(__file__).parents[2] / "subgraphs"
SUBGRAPHS = sorted(path.parent.name for path in ROOT.glob("*/migrations"))


def differences(connection: Connection, models: list[MetaData]) -> list[Any]:
    """What the models have that the database has not, and the other way round."""
    names = {table for model in models for table in model.tables}
    only_for_sql = {"search", "products_search"}  # the full-text index of PostgreSQL, which no model sees

    def ours(name: str | None, kind: str, _: Any) -> bool:
        return name in names if kind == "table" else name not in only_for_sql

    options = {"include_name": ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), models))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SUBGRAPHS)
async def test_migrations_make_what_the_models_say(name: str, new_database: NewDatabase) -> None:
    database = Database(new_database(name))
    folder = ROOT / name / "migrations"
    before = await upgrade(database, folder)
    assert (before.current, before.pending[-1]) == (None, before.newest)
    after = await status(database, folder)
    assert (after.current, after.pending) == (after.newest, ())
    models = import_module(f"subgraphs.{name}.models").Base.metadata
    async with database.writing_engine.connect() as connection:
        assert await connection.run_sync(differences, [models, event_tables]) == []
    await downgrade(database, folder, "base")
    async with database.writing_engine.connect() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    await upgrade(database, folder)
    await database.close()


async def test_a_database_of_a_newer_version_is_refused(new_database: NewDatabase) -> None:
    database = Database(new_database("users"))
    await upgrade(database, ROOT / "users" / "migrations")
    async with database.writing_engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer version"):
        await status(database, ROOT / "users" / "migrations")
    await database.close()


async def test_a_database_that_cannot_be_opened_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "users.sqlite").mkdir()
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/users.sqlite")
    with pytest.raises(ConfigError, match="cannot open the database") as refused:
        await upgrade(database, ROOT / "users" / "migrations")
    assert "\n" not in str(refused.value)
    await database.close()
    for thread in threading.enumerate():  # aiosqlite's thread says good-bye to the loop, which must be there still
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)
