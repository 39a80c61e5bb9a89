"""Commands on schemas: `compose`, `plan`, `schema export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hanse.commands.options import FILE, supergraph_option
from hanse_wire.command_line import CommandError, json_option, print_json


@click.command()
@click.option("--config", required=True, type=FILE, help="The subgraphs, in the form of Rover's supergraph.yaml.")
@click.option("--contract", type=FILE, help="Contract (YAML): print the variant that shows only some tags.")
@click.option("--output", type=FILE, help="File to write. Default: stdout.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the diagnostics on stderr.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--hints", is_flag=True, help="Print hints too, not only errors.")
def compose(config: Path, contract: Path | None, output: Path | None, form: str, hints: bool) -> None:
    """Compose subgraphs into one supergraph."""
    from hanse.compose import compose_files

    as_json = form == "json"
    sys.exit(compose_files(config=config, contract=contract, output=output, as_json=as_json, with_hints=hints))


@click.command()
@supergraph_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "fetch-graph", "query-graph", "code"]),
    default="text",
    show_default=True,
    help="Text, JSON, a Graphviz graph of the fetches or of the supergraph, or the generated Python code.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--code", "form", flag_value="code", help="Print the Python code generated for the operation.")
@click.option("--operation-name", help="Which operation of the document, where it has several.")
@click.option("--label", "labels", multiple=True, help="Active label of a progressive @override. May be repeated.")
@click.argument("operation", type=FILE)
def plan(supergraph: Path, operation: Path, operation_name: str | None, form: str, labels: tuple[str, ...]) -> None:
    """Print the query plan of the operation in the file OPERATION."""
    from hanse.plan import plan_file

    click.echo(plan_file(supergraph=supergraph, operation=operation, name=operation_name, form=form, labels=labels))


@click.group()
def schema() -> None:
    """The project's own schemas, published in a folder; its default is schema/published/."""


@schema.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when a file is out of date.")
@json_option
def export(check: bool, as_json: bool) -> None:
    """Write each subgraph's SDL and the supergraph to the folder of published schemas."""
    from hanse import published
    from hanse.project import find_project

    project = find_project()
    names = published.outdated(project) if check else published.export(project)
    if as_json:
        print_json({"outdated" if check else "written": names})
    else:
        for name in names:
            click.echo(f"{'out of date' if check else 'written'}: {project.config.published / name}")
    if check and names:
        folder = project.config.published
        raise CommandError(f"{folder}/ is out of date: run `hanse schema export` and commit it")
