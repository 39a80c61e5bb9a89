"""`hanse plan`: the query plan of an operation."""

from __future__ import annotations

from pathlib import Path

import click

from hanse.commands.options import FILE, supergraph_option


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
