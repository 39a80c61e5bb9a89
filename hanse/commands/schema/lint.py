"""`hanse schema lint`: the style of subgraphs' schemas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hanse.commands.options import FILE
from hanse_wire.command_line import CommandError, CommandUsageError

if TYPE_CHECKING:
    from hanse_schema.checks.report import CheckReport


@click.command()
@click.option("--subgraph", help="Name of the subgraph of one FILE. Default: the file's name without its ending.")
@click.option("--config", type=FILE, help="Configuration (YAML). Default: lint.yaml or [tool.hanse.lint].")
@click.option("--fix", is_flag=True, help="Correct what is mechanical in the files; all other text stays as it is.")
@click.option(
    "--fail-on",
    default="error",
    show_default=True,
    type=click.Choice(["error", "warning", "note"]),
    help="Lowest level of a finding that fails.",
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "github", "sarif"]),
    help="Form of the report.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--explain", metavar="RULE", help="Print what a rule is for, and exit.")
@click.argument("files", nargs=-1, type=FILE)
def lint(
    files: tuple[Path, ...],
    *,
    subgraph: str | None,
    config: Path | None,
    fix: bool,
    fail_on: str,
    form: str,
    explain: str | None,
) -> None:
    """Lint the SDL of subgraphs: naming, descriptions, nullability, pagination, deprecation, unused elements.

    Each FILE is the whole SDL of one subgraph. Without a FILE, the published schemas of the project are linted.

    Exit code 0: no finding fails; 1: one does; 2: something cannot be read.
    """
    from hanse.lint import LintOptions, explanation, fails, lint_files
    from hanse_schema.checks.report import Level

    try:
        if explain is not None:
            click.echo(explanation(explain))
            return
        run = lint_files(LintOptions(files=files, subgraph=subgraph, config=config, fix=fix))
    except CommandError as error:
        raise CommandUsageError(error.message) from error
    for file, count in run.corrected.items():
        click.echo(f"{file}: {count} corrected", err=True)
    click.echo(_shown(run.report, form))
    sys.exit(run.report.verdict.exit_code or int(fails(run.report, Level(fail_on))))


def _shown(report: CheckReport, form: str) -> str:
    from hanse.checks.formats import FORMATS
    from hanse.checks.formats.summary import counts
    from hanse.lint import lines

    if form != "text":
        return FORMATS[form](report)
    return "\n".join([*lines(report), f"{len(report.subgraphs)} linted: {counts(report)}"])
