"""`hanse dev`: the supergraph of subgraphs that change."""

from __future__ import annotations

from pathlib import Path

import click

from hanse.commands.options import FILE, FILE_OR_STDIN, host_option, port_option
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
@click.option("--open", "open_browser", is_flag=True, help="Open GraphiQL in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each event.")
def dev(
    config: Path | None,
    router_config: Path | None,
    host: str,
    port: int,
    data: Path,
    open_browser: bool,
    as_json: bool,
) -> None:
    """Watch subgraphs, compose after each change, and run the router on the last supergraph that composed."""
    from hanse.dev.run import DevOptions, run_dev

    run_dev(
        DevOptions(
            config=config,
            router_config=router_config,
            host=host,
            port=port,
            data=data,
            open_browser=open_browser,
            as_json=as_json,
        )
    )
