"""`hanse migrate`: upgrade and downgrade subgraphs' databases, show their state, check and write revisions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from hanse.project import Project
from hanse_subgraph.migrate import (
    MigrationStatus,
    SchemaMismatch,
    check_revisions,
    downgrade,
    new_revision,
    status,
    upgrade,
)
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.command_line import CommandError, CommandUsageError


def migrate_up(project: Project, folder: Path, names: Sequence[str]) -> dict[str, MigrationStatus]:
    """Upgrade databases to the newest revision; every subgraph's when no names are given.

    Returns the state before the upgrade, by subgraph. Raises CommandUsageError and SettingsError.
    """
    return _each(project, folder, names, lambda app: upgrade(app.database, app.migrations))


def migrate_down(project: Project, folder: Path, name: str, revision: str) -> MigrationStatus:
    """Downgrade one database to a revision; `base` empties it. Returns the state before the downgrade.

    Raises CommandUsageError when there is no such revision, and SettingsError.
    """

    async def down(app: SubgraphApp) -> MigrationStatus:
        choices = ("base", *app.migrations.revisions)
        if revision not in choices:
            raise CommandUsageError(f"{name} has no revision {revision!r}: choose {', '.join(choices)}")
        return await downgrade(app.database, app.migrations, revision)

    return _each(project, folder, [name], down)[name]


def migration_status(project: Project, folder: Path, names: Sequence[str]) -> dict[str, MigrationStatus]:
    """The state of databases by subgraph; of every subgraph when no names are given. Creates nothing."""

    async def read(app: SubgraphApp) -> MigrationStatus:
        if _is_missing_file(app.database.url):
            known = app.migrations.revisions
            return MigrationStatus(None, known[-1], tuple(known))
        return await status(app.database, app.migrations)

    return _each(project, folder, names, read)


def check_migrations(project: Project, names: Sequence[str]) -> list[str]:
    """Compare the models of subgraphs with what their migrations create; of all subgraphs when no names are given.

    Returns the names. Raises CommandError when they differ.
    """
    checked = list(names or project.subgraphs)
    for name in checked:
        try:
            asyncio.run(check_revisions(project.subgraph(name).create().migrations))
        except SchemaMismatch as error:
            raise CommandError(f"{name}: {error}; add a revision with `hanse migrate new {name} TITLE`") from error
    return checked


def new_migration(project: Project, name: str, title: str) -> Path:
    """Write a subgraph's next revision. Returns its file. Raises CommandUsageError when the title has no letters."""
    if not re.search(r"[a-zA-Z0-9]", title):
        raise CommandUsageError("the title of a revision needs letters or digits, such as `add phone`")
    return asyncio.run(new_revision(project.subgraph(name).create().migrations, title))


def _is_missing_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _each(
    project: Project, folder: Path, names: Sequence[str], act: Callable[[SubgraphApp], Awaitable[MigrationStatus]]
) -> dict[str, MigrationStatus]:
    given: Mapping[str, Any] = {"data_dir": folder}
    apps = [project.subgraph(name).create(given) for name in names or project.subgraphs]

    async def run() -> dict[str, MigrationStatus]:
        found = {}
        for app in apps:
            try:
                found[app.name] = await act(app)
            finally:
                await app.database.close()
        return found

    return asyncio.run(run())
