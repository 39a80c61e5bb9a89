"""`hanse schema owners`: who owns which part of a graph's schema, on a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hanse.commands.options import FILE
from hanse.commands.registry_options import author_options, store_options
from hanse_wire.command_line import json_option, print_json

if TYPE_CHECKING:
    from hanse.registry.store import Author, Store


@click.group()
def owners() -> None:
    """Who owns which part of a graph's schema, on a server. In a project it is the file schema/OWNERS."""


@owners.command()
@store_options
@json_option
def show(store: Store, *, as_json: bool) -> None:
    """Print the owners that the server has; nothing where it has none."""
    found = store.owners()
    if as_json:
        print_json({"owners": found})
    else:
        click.echo(found or "", nl=False)


@owners.command("set")
@click.argument("file", type=FILE)
@store_options
@author_options
def set_(store: Store, author: Author, *, file: Path) -> None:
    """Replace the owners on the server with those of FILE, or of stdin for `-`. An empty file deletes them."""
    from hanse.yaml_file import read_text

    store.set_owners(read_text(file), author)
    click.echo(f"the owners are those of {file}")
