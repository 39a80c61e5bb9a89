"""`hanse relay NAME`, `hanse consumer NAME`: a part of one subgraph as a process of its own.

It serves nobody; with a port for them, its health and metrics.
"""

from __future__ import annotations

import asyncio
import signal

import click

from hanse.failures import Failure, UsageFailure
from hanse.platform import platform_subgraph
from hanse_subgraph.config import ConfigError
from hanse_subgraph.subgraph_app import Part, SubgraphApp


def run_worker(*, name: str, part: Part, host: str, metrics_port: int | None) -> None:
    """Run the part until told to stop. Raises Failure where the name, a setting or the port is wrong.

    The subgraph's own processes are told to leave it alone by HANSE_<NAME>_RELAY_EVENTS or _CONSUME_EVENTS.
    """
    app = platform_subgraph(name).create()
    if part == "consumer" and not app.has_consumer:
        raise UsageFailure(f"{name} consumes no events: it has no consumer to run")
    if metrics_port is not None:
        _serve(app, part, host, metrics_port)
        return
    try:
        asyncio.run(_run(app, part))
    except ConfigError as error:
        raise Failure(str(error)) from error


def _serve(app: SubgraphApp, part: Part, host: str, port: int) -> None:
    from hanse.serving import address_of, listen, serve  # a process that serves nothing needs no server
    from hanse_subgraph.http import worker_app

    listener = listen(host, port, option="--metrics-port")
    url = address_of(listener)

    def tell() -> None:
        click.echo(f"{part} of {app.name} runs; its metrics are on {url}/metrics")

    serve(worker_app(app, part), listener, tell, on_stopping=app.drain)


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
