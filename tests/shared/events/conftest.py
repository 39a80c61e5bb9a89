"""A database with the tables of the event backbone, and an event log beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.db import Database
from shared.events.embedded import EmbeddedLog
from shared.events.tables import metadata
from tests.databases import NewDatabase


@pytest.fixture
async def database(new_database: NewDatabase) -> AsyncIterator[Database]:
    """An empty database."""
    database = Database(new_database("test"))
    async with database.writing_engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EmbeddedLog]:
    """An empty event log."""
    log = await EmbeddedLog.open(f"{tmp_path}/events.sqlite")
    yield log
    await log.close()
