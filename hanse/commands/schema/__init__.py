"""Commands on schemas, one a file: `compose`, `plan`, and those of the group `hanse schema`."""

from __future__ import annotations

import click

from hanse.commands.schema.compose import compose
from hanse.commands.schema.export import export
from hanse.commands.schema.plan import plan

__all__ = ["compose", "plan", "schema"]

SCHEMA_COMMANDS: tuple[click.Command, ...] = (export,)


@click.group(commands={str(command.name): command for command in SCHEMA_COMMANDS})
def schema() -> None:
    """The project's own schemas, published in a folder; its default is schema/published/."""
