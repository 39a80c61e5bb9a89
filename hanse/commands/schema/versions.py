"""Commands on the versions of a graph: `publish`, `remove`, `history`, `show`, `rollback`, `promote`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hanse.commands.options import FILE
from hanse.commands.registry_options import author_options, base_option, branch_option, store_options, variant_option
from hanse_wire.command_line import CommandUsageError, json_option, print_json

if TYPE_CHECKING:
    from hanse.registry.store import Author, Store

subgraph_option = click.option("--subgraph", required=True, help="Name of the subgraph.")


@click.command()
@click.option("--subgraph", help="Name of the subgraph.")
@click.option("--schema", type=FILE, help="File with the subgraph's SDL.")
@click.option("--url", help="URL at which routers reach the subgraph. Default: that of the version before.")
@click.option("--config", type=FILE, help="Publish all subgraphs of a supergraph.yaml together, as one version.")
@variant_option
@base_option
@store_options
@author_options
@json_option
def publish(
    store: Store,
    author: Author,
    *,
    subgraph: str | None,
    schema: Path | None,
    url: str | None,
    config: Path | None,
    variant: str,
    base: int | None,
    as_json: bool,
) -> None:
    """Compose a subgraph's schema with the others, and make a new version of it.

    When they do not compose, or another version was published since --base, nothing is written.
    """
    from hanse.registry.report import report_change
    from hanse.registry.store import Line, Publish
    from hanse.supergraph_config import read_subgraphs, read_text

    if config is not None and subgraph is None and schema is None and url is None:
        given = [Publish(subgraph=one.name, sdl=one.sdl, url=one.url or None) for one in read_subgraphs(config)]
    elif config is None and subgraph is not None and schema is not None:
        given = [Publish(subgraph=subgraph, sdl=read_text(schema), url=url)]
    else:
        raise CommandUsageError("give --subgraph and --schema, or --config for all subgraphs")
    report_change(store.publish_all(Line(variant), given, author, base_version=base), as_json=as_json)


@click.command()
@subgraph_option
@variant_option
@base_option
@store_options
@author_options
@json_option
def remove(store: Store, author: Author, *, subgraph: str, variant: str, base: int | None, as_json: bool) -> None:
    """Make a new version without a subgraph."""
    from hanse.registry.report import report_change
    from hanse.registry.store import Line

    report_change(store.remove(Line(variant), subgraph, author, base_version=base), as_json=as_json)


@click.command()
@variant_option
@branch_option
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Number of versions.")
@store_options
@json_option
def history(store: Store, *, variant: str, branch: str | None, limit: int, as_json: bool) -> None:
    """List versions, the newest first: who, when, commit and changes."""
    from hanse.registry.report import summary_json, summary_line
    from hanse.registry.store import Line

    found = store.history(Line(variant, branch), limit=limit)
    if as_json:
        print_json([summary_json(summary) for summary in found])
        return
    for summary in found:
        click.echo(summary_line(summary))


@click.command()
@click.argument("version", required=False)
@variant_option
@branch_option
@click.option("--subgraph", help="Print this subgraph's SDL.")
@click.option("--supergraph", is_flag=True, help="Print the supergraph's SDL.")
@click.option("--api", is_flag=True, help="Print the API schema.")
@store_options
@json_option
def show(
    store: Store,
    *,
    version: str | None,
    variant: str,
    branch: str | None,
    subgraph: str | None,
    supergraph: bool,
    api: bool,
    as_json: bool,
) -> None:
    """Print a version: VERSION is a number, or VARIANT@NUMBER. Default: the newest."""
    from hanse.registry.references import resolve
    from hanse.registry.report import version_json, version_text
    from hanse.registry.store import Line

    if sum((subgraph is not None, supergraph, api, as_json)) > 1:
        raise CommandUsageError("give only one of --subgraph, --supergraph, --api and --json")
    line = Line(variant, branch)
    found = resolve(store, version, line) if version is not None else store.current(line)
    if as_json:
        print_json(version_json(found))
    elif supergraph or api:
        click.echo(found.supergraph if supergraph else found.api, nl=False)
    elif subgraph is not None:
        if (one := found.subgraph(subgraph)) is None:
            names = ", ".join(known.name for known in found.subgraphs)
            raise CommandUsageError(f"version {found.number} has no subgraph {subgraph!r}; it has {names}")
        click.echo(one.sdl, nl=False)
    else:
        click.echo(version_text(found))


@click.command()
@click.argument("number", type=click.IntRange(1))
@variant_option
@base_option
@store_options
@author_options
@json_option
def rollback(store: Store, author: Author, *, number: int, variant: str, base: int | None, as_json: bool) -> None:
    """Make a new version with the schemas of version NUMBER."""
    from hanse.registry.report import report_change

    report_change(store.rollback(variant, number, author, base_version=base), as_json=as_json)


@click.command()
@click.option("--from", "source", required=True, help="Variant whose schemas are copied.")
@click.option("--to", "target", required=True, help="Variant that gets a new version. Its URLs stay.")
@base_option
@store_options
@author_options
@json_option
def promote(store: Store, author: Author, *, source: str, target: str, base: int | None, as_json: bool) -> None:
    """Make a new version of one variant with the schemas of another."""
    from hanse.registry.report import report_change

    report_change(store.promote(source, target, author, base_version=base), as_json=as_json)
