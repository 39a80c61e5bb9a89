"""`hanse dev`: the supergraph of subgraphs that change."""

from __future__ import annotations

from typing import Any

import click

from hanse.commands.options import FILE, FILE_OR_STDIN, FOLDER, host_option, port_option
from hanse_wire.command_line import data_option


@click.command()
@click.option(
    "--config",
    type=FILE_OR_STDIN,
    help="The subgraphs, in the form of Rover's supergraph.yaml. Default: the subgraphs of the project.",
)
@click.option("--router-config", type=FILE, help="router.yaml, the router's settings.")
@host_option
@port_option(4000, envvar="HANSE_DEV_PORT")
@data_option
@click.option("--mock", "mocked", multiple=True, metavar="NAME", help="Mock this subgraph. May be repeated.")
@click.option("--mock-unavailable", is_flag=True, help="Mock subgraphs while they are unavailable.")
@click.option("--mock-values", type=FILE, help="Values for mocks, by type and field (YAML or Python).")
@click.option("--record", type=FOLDER, help="Folder to record requests to subgraphs and their responses in.")
@click.option("--replay", type=FOLDER, help="Folder of recorded traffic to answer from, without subgraphs.")
@click.option("--open", "open_browser", is_flag=True, help="Open GraphiQL with the query plan in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each event.")
def dev(**options: Any) -> None:
    """Watch subgraphs, compose after each change, and run the router on the last supergraph that composed."""
    if options["record"] is not None and options["replay"] is not None:
        raise click.UsageError("--record and --replay exclude each other")
    from hanse.dev.run import DevOptions, run_dev

    run_dev(DevOptions(**options))
