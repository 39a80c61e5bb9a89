"""Migrations of one subgraph's database, by Alembic, without an `env.py` in each: the revisions are all there is.

A subgraph keeps them in `migrations/`, one file each, named `0001_what.py` with `revision = "0001"`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from hanse_subgraph.config import ConfigError
from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import DatabaseUnreachable, reason


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """Where a database stands: its revision (None: empty), the newest there is, and what lies between, oldest first."""

    current: str | None
    newest: str
    pending: tuple[str, ...]


def revisions(folder: Path) -> list[str]:
    """The revisions in a folder of migrations, oldest first."""
    return sorted(match[1] for path in folder.glob("*.py") if (match := re.match(r"(\d{4})_", path.name)))


async def status(database: Database, folder: Path) -> MigrationStatus:
    """Where the database stands. Raises ConfigError where it cannot be reached."""
    known = revisions(folder)
    try:
        async with database.writing_engine.connect() as connection:
            current = await connection.run_sync(_current)
    except (DatabaseUnreachable, OSError, SQLAlchemyError) as error:
        raise ConfigError(_cannot_open(database, error)) from error
    if current is not None and current not in known:
        raise ConfigError(
            f"the database {database.shown_url} is of a newer version ({current}) than this program ({known[-1]}): "
            "run a newer program on it"
        )
    return MigrationStatus(current, known[-1], tuple(name for name in known if current is None or name > current))


async def require_newest(database: Database, folder: Path) -> None:
    """Raises ConfigError where the database is not of the newest revision."""
    found = await status(database, folder)
    if found.pending:
        raise ConfigError(
            f"the database {database.shown_url} stands at {found.current or 'nothing'}, and this program needs "
            f"{found.newest}: run `hanse migrate up`, or let it migrate at start"
        )


async def upgrade(database: Database, folder: Path, revision: str = "head") -> MigrationStatus:
    """Bring the database up to a revision, in one transaction; returns how it stood before. Raises ConfigError."""
    before = await status(database, folder)
    if before.pending:
        try:
            await _migrate(database, folder, lambda script, current: script._upgrade_revs(revision, current))
        except SQLAlchemyError as error:
            # Where two programs start at once, both migrate: the slower one meets what the other has just made.
            if (await status(database, folder)).pending:
                raise ConfigError(_cannot_migrate(database, error)) from error
    return before


async def downgrade(database: Database, folder: Path, revision: str) -> MigrationStatus:
    """Bring the database down to a revision (`base`: empty), in one transaction; returns how it stood before."""
    before = await status(database, folder)
    if before.current is not None:
        await _migrate(database, folder, lambda script, current: script._downgrade_revs(revision, current))
    return before


def _cannot_open(database: Database, error: Exception) -> str:
    check = f"check {database.setting}" if database.setting else "check its URL"
    return f"cannot open the database {database.shown_url}: {reason(error)}; {check}, and that it runs and lets you in"


def _cannot_migrate(database: Database, error: Exception) -> str:
    return f"cannot migrate the database {database.shown_url}: {reason(error)}; it was left as it is"


async def _migrate(database: Database, folder: Path, steps: Callable[[Any, Any], Any]) -> None:
    from alembic.config import Config  # imported only where there is something to do: it is slow
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(folder), version_locations=[str(folder)])

    def run(connection: Connection) -> None:
        def steps_from(current: Any, _: Any) -> Any:
            return steps(script, current)

        with EnvironmentContext(Config(), script, fn=steps_from) as environment:
            environment.configure(connection=connection, render_as_batch=True)
            environment.run_migrations()

    async with database.writing_engine.begin() as connection:
        await connection.run_sync(run)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
