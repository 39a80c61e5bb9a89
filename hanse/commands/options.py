"""Options and argument types that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hanse_wire.command_line import CommandError
from hanse_wire.environment import Environment, current_environment
from hanse_wire.settings import SettingsError

Command = Callable[..., Any]
FILE = click.Path(path_type=Path, dir_okay=False)
FILE_OR_STDIN = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
FOLDER = click.Path(path_type=Path, file_okay=False)
PORT = click.IntRange(0, 65535)

host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
supergraph_option = click.option("--supergraph", required=True, type=FILE, help="The supergraph SDL.")
drain_option = click.option(
    "--drain",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 300),
    envvar="HANSE_DRAIN_SECONDS",
    help="Seconds to accept requests after a signal to stop, while /health/ready answers 503.",
)


def command_environment() -> Environment:
    """The environment of the command. Raises CommandError for an unknown one."""
    try:
        return current_environment()
    except SettingsError as error:
        raise CommandError(str(error)) from error


def port_option(default: int, envvar: str | None = None) -> Callable[[Command], Command]:
    """`--port`, with the command's own default and environment variable."""
    return click.option(
        "--port", default=default, show_default=True, envvar=envvar, type=PORT, help="Port; 0 picks a free one."
    )
