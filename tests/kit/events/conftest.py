"""A database with the tables of the event backbone, and an event log beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hanse_subgraph.db import Database
from hanse_subgraph.events.embedded import EmbeddedLog
from hanse_subgraph.events.tables import metadata
from tests.databases import NewDatabase
from tests.kit.events.logs import POISON, Logs


@pytest.fixture
async def database(new_database: NewDatabase) -> AsyncIterator[Database]:
    """An empty database."""
    database = Database(new_database("test"))
    async with database.writing_engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def logs(tmp_path: Path) -> AsyncIterator[Logs]:
    """Holds on an empty log."""
    path = tmp_path / "events.sqlite"

    async def spoil() -> None:
        row = ("0", "box.moved", POISON)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("INSERT INTO event (id, type, envelope) VALUES (?, ?, ?)", row)

    async with Logs(f"embedded:{path}", patience=0, spoil=spoil) as logs:
        yield logs


@pytest.fixture
async def log(logs: Logs) -> EmbeddedLog:
    """An empty event log."""
    log = await logs.open()
    assert isinstance(log, EmbeddedLog)
    return log
