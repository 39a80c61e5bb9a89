"""Commands that serve: `up`, `router`, `subgraph`, `relay`, `consumer`."""

from __future__ import annotations

from pathlib import Path

import click

from hanse.commands.options import FILE, PORT, command_environment, drain_option, host_option, port_option
from hanse_wire.command_line import data_option, json_option, print_json

metrics_port_option = click.option(
    "--metrics-port",
    type=PORT,
    envvar="HANSE_METRICS_PORT",
    help="Serve /metrics and /health on this port; 0 picks a free one. Default: they are not served.",
)


@click.command()
@host_option
@port_option(4000, envvar="HANSE_UP_PORT")
@data_option
@click.option(
    "--demo/--no-demo",
    default=None,
    help="Fill empty databases with demo data, whose passwords are public. Default: yes, with ENV=production no.",
)
def up(host: str, port: int, data: Path, demo: bool | None) -> None:
    """Run the router and every subgraph of the project in one process."""
    from hanse.project import find_project
    from hanse.up import run_platform

    wanted = demo if demo is not None else not command_environment().is_production
    run_platform(find_project(), host=host, port=port, data=data, demo=wanted)


@click.group(invoke_without_command=True)
@click.option(
    "--supergraph",
    metavar="FILE|URL",
    help="The supergraph SDL: a file, which is watched, or a URL, such as that of a registry, which is polled. "
    "Required, except with a subcommand.",
)
@click.option("--config", type=FILE, help="router.yaml, the router's settings.")
@host_option
@port_option(4000)
@drain_option
@click.pass_context
def router(
    context: click.Context, supergraph: str | None, config: Path | None, host: str, port: int, drain: float
) -> None:
    """Run the router over any subgraphs."""
    if context.invoked_subcommand is not None:
        return
    if supergraph is None:
        raise click.MissingParameter(param_hint="'--supergraph'", param_type="option")
    from hanse.router import run_router

    run_router(supergraph=supergraph, config=config, host=host, port=port, drain=drain)


@router.command("check-config")
@json_option
@click.argument("file", type=FILE)
def check_config(as_json: bool, file: Path) -> None:
    """Check the router's settings in FILE and in the environment. Exit code 1 and one line say what is wrong."""
    from hanse.router import describe_environment, load_router_settings

    settings = load_router_settings(file)
    if as_json:
        switches = {"graphiql": settings.graphiql.enabled, "introspection": settings.introspection}
        print_json({"file": str(file), "valid": True, "environment": str(command_environment()), **switches})
        return
    click.echo(f"{file}: valid")
    click.echo(describe_environment(settings))


@click.command()
@click.argument("name")
@host_option
@click.option("--port", type=PORT, help="Port; 0 picks a free one. Default: the subgraph's usual port.")
@drain_option
def subgraph(name: str, host: str, port: int | None, drain: float) -> None:
    """Run the subgraph NAME. Its settings are environment variables: HANSE_<NAME>_..."""
    from hanse.project import find_project
    from hanse.subgraph import run_subgraph

    run_subgraph(find_project(), name, host=host, port=port, drain=drain)


@click.command()
@click.argument("name")
@host_option
@metrics_port_option
def relay(name: str, host: str, metrics_port: int | None) -> None:
    """Run only the relay of the subgraph NAME: it moves events from the outbox to the event log."""
    from hanse.project import find_project
    from hanse.relay_and_consumer import run_part

    run_part(find_project(), name, "relay", host=host, metrics_port=metrics_port)


@click.command()
@click.argument("name")
@host_option
@metrics_port_option
def consumer(name: str, host: str, metrics_port: int | None) -> None:
    """Run only the consumer of the subgraph NAME."""
    from hanse.project import find_project
    from hanse.relay_and_consumer import run_part

    run_part(find_project(), name, "consumer", host=host, metrics_port=metrics_port)
