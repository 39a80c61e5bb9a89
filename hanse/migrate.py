"""`hanse migrate`: bring the databases of subgraphs up or down, see where they stand, begin a new revision."""

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
from hanse_subgraph.migrate import MigrationStatus, downgrade, revisions, status, upgrade
from hanse_subgraph.subgraph_app import SubgraphApp

TEMPLATE = '''"""{title}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    """To here from {before}."""
    raise NotImplementedError


def downgrade() -> None:
    """Back to {before}."""
    raise NotImplementedError
'''


def migrate_up(*, data: Path, names: Sequence[str]) -> None:
    """Bring databases up to the newest revision, every subgraph's where none is named."""

    async def up(app: SubgraphApp) -> str:
        before = await upgrade(app.database, app.migrations)
        return f"{before.current or 'empty'} -> {before.newest}" if before.pending else f"{before.newest}, up to date"

    _each(data, names, up)


def migrate_down(*, data: Path, name: str, revision: str) -> None:
    """Bring one database down to a revision; `base` empties it. Raises Failure where there is no such revision."""

    async def down(app: SubgraphApp) -> str:
        if revision not in ("base", *revisions(app.migrations)):
            raise UsageFailure(f"{name} has no revision {revision!r}: choose {_choices(app)}")
        before = await downgrade(app.database, app.migrations, revision)
        return f"{before.current or 'empty'} -> {revision}"

    _each(data, [name], down)


def migration_status(*, data: Path, names: Sequence[str]) -> None:
    """Print where databases stand, every subgraph's where none is named."""

    async def told(app: SubgraphApp) -> str:
        return _told(await status(app.database, app.migrations))

    _each(data, names, told)


def new_migration(*, name: str, title: str) -> Path:
    """Begin a subgraph's next revision: the path of its file. Raises Failure where the title is not one."""
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    if not slug:
        raise UsageFailure("give the revision a title of letters and digits, such as `add phone`")
    folder = platform_subgraph(name).create().migrations
    before = revisions(folder)[-1]
    revision = f"{int(before) + 1:04}"
    path = folder / f"{revision}_{slug}.py"
    path.write_text(TEMPLATE.format(title=title.capitalize(), revision=revision, before=before), encoding="utf-8")
    return path


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
    return ", ".join(("base", *revisions(app.migrations)))
