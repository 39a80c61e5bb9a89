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

from shared.config import ConfigError
from shared.db import Database


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
    except (OSError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error)
        shown = database.url.render_as_string(hide_password=True)
        raise ConfigError(f"cannot open the database {shown}: {reason}; check its URL and rights") from error
    if current is not None and current not in known:
        raise ConfigError(f"the database {database.url.database} is of a newer version ({current}) than this program")
    return MigrationStatus(current, known[-1], tuple(name for name in known if current is None or name > current))


async def upgrade(database: Database, folder: Path, revision: str = "head") -> MigrationStatus:
    """Bring the database up to a revision, in one transaction; returns how it stood before."""
    before = await status(database, folder)
    if before.pending:
        await _migrate(database, folder, lambda script, current: script._upgrade_revs(revision, current))
    return before


async def downgrade(database: Database, folder: Path, revision: str) -> MigrationStatus:
    """Bring the database down to a revision (`base`: empty), in one transaction; returns how it stood before."""
    before = await status(database, folder)
    if before.current is not None:
        await _migrate(database, folder, lambda script, current: script._downgrade_revs(revision, current))
    return before


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
