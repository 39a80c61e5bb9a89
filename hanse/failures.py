"""How a command fails: one line on stderr that says what to do, and an exit code that is not 0."""

from __future__ import annotations

from typing import IO, Any

import click


class Failure(click.ClickException):
    """A command cannot go on. The message is one line: what is wrong, then what to do."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Write `hanse: MESSAGE` to stderr."""
        click.echo(f"hanse: {' '.join(self.format_message().split())}", err=True, file=file)


class UsageFailure(Failure):
    """The command line or a setting is wrong."""

    exit_code = 2
