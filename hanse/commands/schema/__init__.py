"""Commands on schemas, one a file: `compose`, `plan`, and those of the group `hanse schema`."""

from __future__ import annotations

import click

from hanse.commands.schema import versions
from hanse.commands.schema.approve import approve
from hanse.commands.schema.branch import branch
from hanse.commands.schema.check import check
from hanse.commands.schema.compose import compose
from hanse.commands.schema.diff import diff
from hanse.commands.schema.events import events
from hanse.commands.schema.export import export
from hanse.commands.schema.lint import lint
from hanse.commands.schema.owners import owners
from hanse.commands.schema.plan import plan

__all__ = ["compose", "plan", "schema"]

SCHEMA_COMMANDS: tuple[click.Command, ...] = (
    approve,
    branch,
    check,
    diff,
    events,
    export,
    lint,
    owners,
    versions.history,
    versions.promote,
    versions.publish,
    versions.remove,
    versions.rollback,
    versions.show,
)


@click.group(commands={str(command.name): command for command in SCHEMA_COMMANDS})
def schema() -> None:
    """Schemas of subgraphs: versions in a registry, which is the folder schema/published/ or a server."""
