"""`hanse schema check`: whether a change of a schema is safe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from hanse.commands.options import FILE
from hanse.commands.registry_options import graph_option, registry_option, variant_option
from hanse_wire.command_line import CommandError, CommandUsageError

PATH = click.Path(path_type=Path)
FORMS = ("text", "json", "github", "sarif", "junit", "markdown")


@click.command()
@click.option("--subgraph", help="Name of the subgraph that changes.")
@click.option("--schema", type=FILE, help="File with its new SDL.")
@click.option("--url", help="URL at which routers reach it; needed for a new subgraph.")
@click.option("--remove", is_flag=True, help="Check the removal of the subgraph.")
@click.option("--all", is_flag=True, help="Check all subgraphs of the project or of --config.")
@click.option("--against", help="Git commit or folder with the schemas to compare with.")
@click.option(
    "--config", type=FILE, help="The subgraphs in the form of Rover's supergraph.yaml. Default: the project's."
)
@registry_option
@graph_option
@variant_option
@click.option(
    "--operations",
    multiple=True,
    type=PATH,
    help="Operations: a folder, a document, code of a client, or trusted documents.",
)
@click.option("--usage", multiple=True, type=FILE, help="Usage reports of routers, in JSON.")
@click.option("--contract", "contracts", multiple=True, type=FILE, help="Contract (YAML) to check too.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="Use within these days counts.")
@click.option(
    "--min-count", default=1, show_default=True, type=click.IntRange(1), help="Requests for an operation to count."
)
@click.option(
    "--min-percentage",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="Percentage of all requests for an operation to count.",
)
@click.option("--exclude-client", "excluded", multiple=True, help="Client that does not count: NAME or NAME@VERSION.")
@click.option("--trusted-only", is_flag=True, help="Clients send no other operations than those given.")
@click.option(
    "--plan-regressions",
    default="warning",
    show_default=True,
    type=click.Choice(["error", "warning", "off"]),
    help="Level of an operation that needs more fetches or levels.",
)
@click.option(
    "--approval-days",
    type=click.IntRange(1),
    help="Days for which an approval counts. Default: `approval_days` of the project; without it, for ever.",
)
@click.option(
    "--format", "form", default="text", show_default=True, type=click.Choice(FORMS), help="Form of the report."
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--output", type=FILE, help="File to write. Default: stdout.")
def check(form: str, output: Path | None, **given: Any) -> None:
    """Check a change of a subgraph's schema: composition, breaking changes, known operations, plans, deployment order.

    Exit code 0: it passed; 1: it failed; 2: it could not be checked.
    """
    from datetime import UTC, datetime

    from hanse.checks.check import check as run
    from hanse.checks.formats import FORMATS
    from hanse.colours import has_colours
    from hanse.whole_file import write_whole

    try:
        report = run(_options(given), datetime.now(UTC))
        text = FORMATS[form](report)
        if output is None:
            click.echo(text, color=has_colours(sys.stdout))
        else:
            write_whole(output, f"{click.unstyle(text)}\n")
    except CommandError as error:
        raise CommandUsageError(error.message) from error
    except OSError as error:
        raise CommandUsageError(f"cannot write {output}: {error.strerror}; give another --output") from error
    sys.exit(report.verdict.exit_code)


def _options(given: dict[str, Any]) -> Any:
    from hanse.checks.options import CheckOptions
    from hanse.checks.usage import UsageRules
    from hanse_schema.checks.report import Level

    rules = UsageRules(
        days=given.pop("days"),
        min_count=given.pop("min_count"),
        min_percentage=given.pop("min_percentage"),
        excluded_clients=frozenset(given.pop("excluded")),
        trusted_only=given.pop("trusted_only"),
    )
    level = given.pop("plan_regressions")
    return CheckOptions(rules=rules, plan_regressions=None if level == "off" else Level(level), **given)
