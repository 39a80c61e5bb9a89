"""`hanse schema branch`: feature branches, on which subgraphs are replaced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hanse.commands.options import FILE
from hanse.commands.registry_options import author_options, base_option, store_options, variant_option
from hanse_wire.command_line import json_option, print_json

if TYPE_CHECKING:
    from hanse.registry.store import Author, Store


@click.group()
def branch() -> None:
    """Feature branches: a variant's subgraphs with some of them replaced, for requests that ask for it."""


@branch.command("list")
@variant_option
@store_options
@json_option
def list_branches(store: Store, *, variant: str, as_json: bool) -> None:
    """List the branches of a variant."""
    from hanse.registry.report import branch_json

    found = store.branches(variant)
    if as_json:
        print_json([branch_json(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.name}: replaces {', '.join(one.subgraphs) or 'nothing'}; created by {one.who}, {one.when:%F}")


@branch.command()
@click.argument("name")
@variant_option
@store_options
@author_options
@json_option
def create(store: Store, author: Author, *, name: str, variant: str, as_json: bool) -> None:
    """Create the branch NAME."""
    from hanse.registry.report import branch_json

    created = store.create_branch(variant, name, author)
    if as_json:
        print_json(branch_json(created))
    else:
        click.echo(f"created branch {name} of {variant}")


@branch.command()
@click.argument("name")
@click.option("--subgraph", required=True, help="Name of the subgraph.")
@click.option("--schema", required=True, type=FILE, help="File with the SDL that replaces the subgraph's.")
@click.option("--url", help="URL of the replacement. Default: that of the subgraph.")
@variant_option
@base_option
@store_options
@author_options
@json_option
def publish(
    store: Store,
    author: Author,
    *,
    name: str,
    subgraph: str,
    schema: Path,
    url: str | None,
    variant: str,
    base: int | None,
    as_json: bool,
) -> None:
    """Replace a subgraph on the branch NAME. Its variant does not change."""
    from hanse.registry.report import report_change
    from hanse.registry.store import Line, Publish
    from hanse.supergraph_config import read_text

    given = Publish(subgraph=subgraph, sdl=read_text(schema), url=url, base_version=base)
    report_change(store.publish(Line(variant, name), given, author), as_json=as_json)


@branch.command()
@click.argument("name")
@click.option("--subgraph", required=True, help="Name of the subgraph.")
@variant_option
@store_options
@author_options
@json_option
def restore(store: Store, author: Author, *, name: str, subgraph: str, variant: str, as_json: bool) -> None:
    """Use the variant's schema of a subgraph again on the branch NAME."""
    from hanse.registry.report import report_change
    from hanse.registry.store import Line

    report_change(store.remove(Line(variant, name), subgraph, author), as_json=as_json)


@branch.command()
@click.argument("name")
@variant_option
@store_options
@author_options
def delete(store: Store, author: Author, *, name: str, variant: str) -> None:
    """Delete the branch NAME and its versions."""
    store.delete_branch(variant, name, author)
    click.echo(f"deleted branch {name} of {variant}")
