"""`hanse migrate`: upgrade and downgrade databases of subgraphs, show their status, check and write revisions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import click

from hanse.data_folder import open_data_folder
from hanse.failures import Failure, UsageFailure
from hanse.platform import SUBGRAPHS, platform_subgraph
from hanse_subgraph.config import ConfigError
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


def migrate_up(*, data: Path, names: Sequence[str]) -> None:
    """Bring databases up to the newest revision, every subgraph's where none is named."""

    async def up(app: SubgraphApp) -> str:
        before = await upgrade(app.database, app.migrations)
        return f"{before.current or 'empty'} -> {before.newest}" if before.pending else f"{before.newest}, up to date"

    _each(data, names, up)


def migrate_down(*, data: Path, name: str, revision: str) -> None:
    """Bring one database down to a revision; `base` empties it. Raises Failure where there is no such revision."""

    async def down(app: SubgraphApp) -> str:
        if revision not in ("base", *app.migrations.revisions):
            raise UsageFailure(f"{name} has no revision {revision!r}: choose {_choices(app)}")
        before = await downgrade(app.database, app.migrations, revision)
        return f"{before.current or 'empty'} -> {revision}"

    _each(data, [name], down)


def migration_status(*, data: Path, names: Sequence[str]) -> None:
    """Print where databases stand, every subgraph's where none is named."""

    async def told(app: SubgraphApp) -> str:
        return _told(await status(app.database, app.migrations))

    _each(data, names, told)


def check_migrations(*, names: Sequence[str]) -> None:
    """Compare the models of subgraphs, all when none is named, with what their migrations make.

    Raises Failure when they differ.
    """
    chosen = [platform_subgraph(name) for name in names] or list(SUBGRAPHS.values())
    for subgraph in chosen:
        app = subgraph.create()
        try:
            asyncio.run(check_revisions(app.migrations))
        except SchemaMismatch as error:
            raise Failure(f"{app.name}: {error}; add a revision with `hanse migrate new {app.name} TITLE`") from error
        click.echo(f"{app.name}: models and migrations agree")


def new_migration(*, name: str, title: str) -> Path:
    """Write a subgraph's next revision; returns its file. Raises Failure when the title has no letter or digit."""
    if not re.search(r"[a-zA-Z0-9]", title):
        raise UsageFailure("give the revision a title of letters and digits, such as `add phone`")
    return asyncio.run(new_revision(platform_subgraph(name).create().migrations, title))


def _each(data: Path, names: Sequence[str], act: Callable[[SubgraphApp], Awaitable[str]]) -> None:
    folder = open_data_folder(data)
    chosen = [platform_subgraph(name) for name in names] or list(SUBGRAPHS.values())
    apps = [subgraph.create({"data_dir": folder}) for subgraph in chosen]

    async def run() -> None:
        for app in apps:
            try:
                click.echo(f"{app.name}: {await act(app)}")
            finally:
                await app.database.close()

    try:
        asyncio.run(run())
    except ConfigError as error:
        raise Failure(str(error)) from error


def _told(found: MigrationStatus) -> str:
    if not found.pending:
        return f"{found.current}, up to date"
    return f"{found.current or 'empty'}, pending {', '.join(found.pending)}"


def _choices(app: SubgraphApp) -> str:
    return ", ".join(("base", *app.migrations.revisions))
