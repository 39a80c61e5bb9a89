"""`hanse analytics rebuild`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from hanse_subgraph.platform import Platform
from hanse_wire.command_line import data_option, existing_data_folder, json_option, print_json


def analytics_commands(platform: Platform) -> click.Command:
    """The group `analytics`."""

    @click.group()
    def analytics() -> None:
        """Statistics, which are computed from events alone."""

    @analytics.command()
    @data_option
    @json_option
    def rebuild(data: Path, as_json: bool) -> None:
        """Compute all statistics again from the start of the event log, and print them."""
        from subgraphs.analytics.rebuild import rebuild as rebuild_statistics
        from subgraphs.analytics.settings import AnalyticsSettings

        settings = AnalyticsSettings.load(data_dir=existing_data_folder(data))
        statistics = asdict(asyncio.run(rebuild_statistics(settings, platform)))
        if as_json:
            print_json(statistics)
            return
        for name, value in statistics.items():
            click.echo(f"{name}: {value}")

    return analytics
