"""Commands that write files of a project: `init`, `add subgraph`."""

from __future__ import annotations

from pathlib import Path

import click

from hanse.progress import progress
from hanse_wire.command_line import json_option, print_json


@click.command()
@click.option("--subgraph", "name", default="notes", show_default=True, help="Name of the first subgraph.")
@json_option
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def init(name: str, as_json: bool, folder: Path) -> None:
    """Create a project in the folder DIR, with one subgraph, tests, a Makefile and CI."""
    from hanse.project import find_project
    from hanse.scaffold import write_project

    written = write_project(folder)
    written += _add(folder, name)
    _report(written, find_project(folder).folder, as_json=as_json)
    if not as_json:
        click.echo(f"next: cd {folder} && make run")


@click.group()
def add() -> None:
    """Add a part to the project."""


@add.command("subgraph")
@json_option
@click.argument("name")
def add_subgraph(as_json: bool, name: str) -> None:
    """Write a package and tests for the subgraph NAME, and add it to the project's configuration."""
    from hanse.project import find_project

    project = find_project()
    _report(_add(project.folder, name), project.folder, as_json=as_json)


def _add(folder: Path, name: str) -> list[Path]:
    from hanse.project import find_project
    from hanse.published import export
    from hanse.scaffold import write_subgraph

    written = write_subgraph(find_project(folder), name)
    project = find_project(folder)  # with the new subgraph
    with progress("exporting the schemas"):
        return [*written, *(project.folder / file for file in export(project))]


def _report(written: list[Path], folder: Path, *, as_json: bool) -> None:
    names = [str(path.absolute().relative_to(folder)) for path in dict.fromkeys(written)]
    if as_json:
        print_json({"written": names})
        return
    for name in names:
        click.echo(f"written: {name}")
