"""`hanse schema events check`: whether the schemas of events stay compatible."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hanse_wire.command_line import CommandError, CommandUsageError


@click.group()
def events() -> None:
    """The JSON Schemas of events, in schema/events/ by default."""


@events.command()
@click.option("--against", required=True, help="Git commit or folder with the earlier schemas.")
@click.option(
    "--compatibility",
    type=click.Choice(
        ["none", "backward", "backward_transitive", "forward", "forward_transitive", "full", "full_transitive"]
    ),
    help="Who has to be able to read whose events. Default: that of the project, else full.",
)
@click.option(
    "--policy",
    type=click.Choice(["strict", "lenient"]),
    help="Whether objects that may have any property may get new ones. Default: that of the project, else lenient.",
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "github", "sarif", "junit", "markdown"]),
    help="Form of the report.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None, *, against: str, compatibility: str | None, policy: str | None, form: str) -> None:
    """Compare the JSON Schemas in FOLDER with earlier ones, by the rules of Confluent's Schema Registry.

    Exit code 0: compatible; 1: not; 2: something cannot be read.
    """
    from hanse.checks.event_check import EventOptions, check_event_files
    from hanse.checks.formats import FORMATS
    from hanse_schema.checks.event_schemas import Compatibility, Policy

    options = EventOptions(
        against=against,
        folder=folder,
        compatibility=None if compatibility is None else Compatibility(compatibility),
        policy=None if policy is None else Policy(policy),
    )
    try:
        report = check_event_files(options)
    except CommandError as error:
        raise CommandUsageError(error.message) from error
    click.echo(FORMATS[form](report))
    sys.exit(report.verdict.exit_code)
