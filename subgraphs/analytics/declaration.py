"""What the analytics subgraph declares to the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    import click

    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.analytics.app import create
    from subgraphs.analytics.settings import AnalyticsSettings

    return create(AnalyticsSettings.load(**given), platform)


def _analytics_commands(platform: Platform) -> click.Command:
    from subgraphs.analytics.commands import analytics_commands

    return analytics_commands(platform)


subgraph = Subgraph(
    create=_create,
    admin_scopes=("activity:read",),
    commands={"analytics": _analytics_commands},
)
