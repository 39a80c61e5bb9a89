"""What commands have in common, those of `hanse` and those that subgraphs add: errors, options, the data folder."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import IO, Any

import click

from hanse_wire.private_files import create_private_folder

data_option = click.option(
    "--data",
    default=Path(".data"),
    show_default=True,
    type=click.Path(path_type=Path),
    envvar="HANSE_DATA",
    help="Folder of the databases, keys and the event log.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class CommandError(click.ClickException):
    """A command failed. The message is one line: what is wrong, then what to do. The exit code is 1."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Write `hanse: MESSAGE` to stderr."""
        click.echo(f"hanse: {' '.join(self.format_message().split())}", err=True, file=file)


class CommandUsageError(CommandError):
    """The command line or a setting is wrong. The exit code is 2."""

    exit_code = 2


def print_json(value: object) -> None:
    """Print a value of JSON's types to stdout."""
    click.echo(json.dumps(value, indent=2))


def open_data_folder(path: Path) -> Path:
    """Create the folder if it is missing. Returns its absolute path.

    Raises CommandError when it cannot be read and written.
    """
    folder = path.expanduser().absolute()
    try:
        create_private_folder(folder)
        os.listdir(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError as error:
        raise CommandError(f"{folder} is a file, not a folder: give another with --data") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(
            f"cannot use the data folder {folder}: {reason}; correct its permissions, or give another with --data"
        ) from error
    return folder


def existing_data_folder(path: Path) -> Path:
    """The absolute path of a data folder that exists. Creates nothing. Raises CommandError when it is missing."""
    folder = path.expanduser().absolute()
    if not folder.is_dir():
        raise CommandError(f"there is no data folder {folder}: give another with --data, or start with `hanse up`")
    return folder
