"""`hanse schema diff`: the changes between two schemas."""

from __future__ import annotations

import sys

import click

from hanse.commands.registry_options import graph_option, registry_option
from hanse_wire.command_line import CommandError, CommandUsageError, json_option, print_json


@click.command()
@click.argument("before")
@click.argument("after")
@registry_option
@graph_option
@json_option
def diff(before: str, after: str, *, registry: str | None, graph: str, as_json: bool) -> None:
    """List the changes from BEFORE to AFTER: breaking, dangerous and safe ones, each with the reason.

    Each is a file with a supergraph or an API schema (- is stdin), or a version: N, VARIANT or VARIANT@N. The exit code
    is 1 when there is a breaking change, and 2 when a schema cannot be read.
    """
    from hanse import schema_diff
    from hanse.registry.open import open_store
    from hanse_schema.checks.changes import ChangeLevel

    try:
        old, new = (schema_diff.load_schema(one, lambda: open_store(registry, graph)) for one in (before, after))
    except CommandError as error:
        raise CommandUsageError(error.message) from error
    changes = schema_diff.diff(old, new)
    if as_json:
        print_json(schema_diff.diff_json(changes))
    else:
        click.echo(schema_diff.diff_text(changes))
    sys.exit(any(change.level is ChangeLevel.BREAKING for change in changes))
