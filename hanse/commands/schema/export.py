"""`hanse schema export`: the project's own schemas as files."""

from __future__ import annotations

import click

from hanse.progress import progress
from hanse_wire.command_line import CommandError, json_option, print_json


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when a file is out of date.")
@json_option
def export(check: bool, as_json: bool) -> None:
    """Write each subgraph's SDL, the supergraph, and the JSON Schemas of events to their folders."""
    from hanse import published
    from hanse.project import find_project

    project = find_project()
    with progress("composing the project's subgraphs"):
        names = published.outdated(project) if check else published.export(project)
    if as_json:
        print_json({"outdated" if check else "written": names})
    else:
        for name in names:
            click.echo(f"{'out of date' if check else 'written'}: {name}")
    if check and names:
        raise CommandError(f"{len(names)} files are out of date: run `hanse schema export` and commit them")
