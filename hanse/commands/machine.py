"""Commands that prepare and check a machine: `demo`, `doctor`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hanse.commands.options import command_environment, port_option
from hanse_wire.command_line import CommandError, data_option, json_option, print_json


@click.command()
@data_option
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same data.")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1), help="Multiplies the amount of data.")
@json_option
@click.option("--public-passwords", is_flag=True, help="Needed with ENV=production: everybody knows the passwords.")
def demo(data: Path, seed: int, scale: int, as_json: bool, public_passwords: bool) -> None:
    """Fill empty databases with a week of demo data, with an admin.

    Times are relative to now. Stop the platform first.
    """
    if command_environment().is_production and not public_passwords:
        raise CommandError("no demo data with ENV=production: its passwords are public; see --public-passwords")
    from hanse.data_folder import locked_data_folder
    from hanse.demo import run_demo
    from hanse.project import find_project
    from hanse_subgraph.demo import DemoWeek

    with locked_data_folder(data) as folder:
        made = run_demo(find_project(), folder, DemoWeek(seed, scale))
    if as_json:
        print_json(made)
    elif not made:
        click.echo("the databases are not empty: nothing was added")


@click.command()
@data_option
@port_option(4000)
@json_option
def doctor(data: Path, port: int, as_json: bool) -> None:
    """Check that this machine can run the project, and say what to do where it cannot.

    Connects to the servers that the environment names (HANSE_<NAME>_DATABASE_URL and others).
    """
    from hanse.doctor import run_checks
    from hanse.project import find_project

    results = run_checks(find_project(), data=data, port=port)
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        for result in results:
            click.echo(str(result))
    if not all(result.ok for result in results):
        raise CommandError("a check above failed")
