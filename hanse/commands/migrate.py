"""`hanse migrate`: the tables of the subgraphs' databases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hanse_wire.command_line import data_option, json_option, open_data_folder, print_json


@click.group()
def migrate() -> None:
    """Tables of the subgraphs' databases. Every start does `up` too, unless a setting switches that off."""


@migrate.command()
@data_option
@json_option
@click.argument("names", metavar="[SUBGRAPH]...", nargs=-1)
def up(data: Path, as_json: bool, names: tuple[str, ...]) -> None:
    """Upgrade databases to their newest revision."""
    from hanse.migrate import migrate_up
    from hanse.project import find_project

    before = migrate_up(find_project(), open_data_folder(data), names)
    if as_json:
        print_json({name: {"from": found.current, "to": found.newest} for name, found in before.items()})
        return
    for name, found in before.items():
        done = f"{found.current or 'empty'} -> {found.newest}" if found.pending else f"{found.newest}, up to date"
        click.echo(f"{name}: {done}")


@migrate.command()
@data_option
@json_option
@click.argument("name", metavar="SUBGRAPH")
@click.argument("revision")
def down(data: Path, as_json: bool, name: str, revision: str) -> None:
    """Downgrade one database to REVISION; `base` empties it."""
    from hanse.migrate import migrate_down
    from hanse.project import find_project

    before = migrate_down(find_project(), open_data_folder(data), name, revision)
    if as_json:
        print_json({name: {"from": before.current, "to": revision}})
    else:
        click.echo(f"{name}: {before.current or 'empty'} -> {revision}")


@migrate.command()
@data_option
@json_option
@click.argument("names", metavar="[SUBGRAPH]...", nargs=-1)
def status(data: Path, as_json: bool, names: tuple[str, ...]) -> None:
    """Print the revision of databases, and the revisions that are pending."""
    from hanse.migrate import migration_status
    from hanse.project import find_project

    found = migration_status(find_project(), data.expanduser().absolute(), names)
    if as_json:
        print_json({name: asdict(state) for name, state in found.items()})
        return
    for name, state in found.items():
        pending = f"pending {', '.join(state.pending)}" if state.pending else "up to date"
        click.echo(f"{name}: {state.current or 'empty'}, {pending}")


@migrate.command()
@json_option
@click.argument("names", metavar="[SUBGRAPH]...", nargs=-1)
def check(as_json: bool, names: tuple[str, ...]) -> None:
    """Compare models with migrations; exit 1 when they differ."""
    from hanse.migrate import check_migrations
    from hanse.project import find_project

    checked = check_migrations(find_project(), names)
    if as_json:
        print_json(checked)
        return
    for name in checked:
        click.echo(f"{name}: models and migrations agree")


@migrate.command()
@json_option
@click.argument("name", metavar="SUBGRAPH")
@click.argument("title")
def new(as_json: bool, name: str, title: str) -> None:
    """Write a new revision, with what the models have and the migrations lack."""
    from hanse.migrate import new_migration
    from hanse.project import find_project

    written = new_migration(find_project(), name, title)
    if as_json:
        print_json({"written": [str(written)]})
    else:
        click.echo(f"written: {written}")
