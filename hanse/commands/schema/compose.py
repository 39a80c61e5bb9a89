"""`hanse compose`: subgraphs in, supergraph or diagnostics out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hanse.commands.options import FILE, FILE_OR_STDIN


@click.command()
@click.option(
    "--config",
    required=True,
    type=FILE_OR_STDIN,
    help="The subgraphs, in the form of Rover's supergraph.yaml; `-` for stdin.",
)
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
@click.option("--api-schema", is_flag=True, help="Write the schema that clients see in place of the supergraph.")
@click.option("--hints", "with_hints", is_flag=True, help="Print hints too, not only errors.")
@click.option("--fix", is_flag=True, help="Repair the subgraphs' files where one repair is certain, and show the diff.")
@click.option("--dry-run", is_flag=True, help="With --fix: show the diff, write nothing.")
def compose(config: Path, contract: Path | None, output: Path | None, form: str, **flags: bool) -> None:
    """Compose subgraphs into one supergraph."""
    from hanse.compose import ComposeOptions, compose_files

    if flags["dry_run"] and not flags["fix"]:
        raise click.UsageError("--dry-run belongs to --fix")
    wanted = ComposeOptions(as_json=form == "json", **flags)
    sys.exit(compose_files(config, wanted, output=output, contract=contract))
