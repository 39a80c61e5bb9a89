"""`hanse relay NAME`, `hanse consumer NAME`: a part of one subgraph as a process of its own, which serves nobody."""

from __future__ import annotations

import asyncio
import signal

import click

from hanse.failures import Failure, UsageFailure
from hanse.platform import platform_subgraph
from shared.config import ConfigError
from shared.subgraph_app import Part, SubgraphApp


def run_worker(*, name: str, part: Part) -> None:
    """Run the part until told to stop. Raises Failure where the name or a setting is wrong.

    The subgraph's own processes are told to leave it alone by HANSE_<NAME>_RELAY_EVENTS or _CONSUME_EVENTS.
    """
    app = platform_subgraph(name).create()
    if part == "consumer" and not app.has_consumer:
        raise UsageFailure(f"{name} consumes no events: it has no consumer to run")
    try:
        asyncio.run(_run(app, part))
    except ConfigError as error:
        raise Failure(str(error)) from error


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
