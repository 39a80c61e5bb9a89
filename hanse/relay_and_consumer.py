"""`hanse relay NAME`, `hanse consumer NAME`: one part of a subgraph as a process of its own.

It serves no clients. With `--metrics-port` it serves its health and metrics.
"""

from __future__ import annotations

import asyncio
import signal

import click

from hanse.project import Project
from hanse_subgraph.subgraph_app import Part, SubgraphApp
from hanse_wire.command_line import CommandUsageError


def run_part(project: Project, name: str, part: Part, *, host: str, metrics_port: int | None) -> None:
    """Run the part until SIGINT or SIGTERM.

    HANSE_<NAME>_RELAY_EVENTS and HANSE_<NAME>_CONSUME_EVENTS switch the parts off in the subgraph's own processes.
    Raises CommandError and SettingsError when the name, a setting or the port is wrong.
    """
    app = project.subgraph(name).create()
    if part == "consumer" and not app.has_consumer:
        raise CommandUsageError(f"{name} consumes no events: it has no consumer to run")
    if metrics_port is not None:
        _serve(app, part, host, metrics_port)
    else:
        asyncio.run(_run(app, part))


def _serve(app: SubgraphApp, part: Part, host: str, port: int) -> None:
    from hanse.serving import ServerCallbacks, address_of, listen, serve
    from hanse_subgraph.http import worker_app

    listener = listen(host, port, option="--metrics-port")
    url = address_of(listener)

    def announce() -> None:
        click.echo(f"{part} of {app.name} runs; its metrics are on {url}/metrics")

    serve(worker_app(app, part), [listener], app.settings.server, ServerCallbacks(announce, app.drain))


async def _run(app: SubgraphApp, part: Part) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await app.start(only=part)
    click.echo(f"{part} of {app.name} runs")
    try:
        await stopping.wait()
    finally:
        await app.stop()
