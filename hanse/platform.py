"""The platform's own subgraphs: their names, their usual ports, and how each one's application is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from hanse.failures import Failure, UsageFailure
from hanse_subgraph.config import ConfigError, SubgraphSettings
from hanse_subgraph.subgraph_app import SubgraphApp


@dataclass(frozen=True, slots=True)
class PlatformSubgraph:
    """A subgraph of the platform; its package is imported only when it is asked for."""

    name: str
    port: int

    @property
    def url(self) -> str:
        """Where it is reached when it runs alone on its usual port."""
        return f"http://127.0.0.1:{self.port}/graphql"

    def create(self, settings: Mapping[str, Any] | None = None) -> SubgraphApp:
        """Its application; settings not given come from the environment. Raises Failure where one is wrong."""
        settings_class: type[SubgraphSettings] = getattr(
            import_module(f"subgraphs.{self.name}.settings"), f"{self.name.title()}Settings"
        )
        create: Callable[[SubgraphSettings], SubgraphApp] = import_module(f"subgraphs.{self.name}.app").create
        try:
            return create(settings_class.load(**(settings or {})))
        except ConfigError as error:
            raise Failure(str(error)) from error


SUBGRAPHS: dict[str, PlatformSubgraph] = {
    subgraph.name: subgraph
    for subgraph in (
        PlatformSubgraph("users", 4001),
        PlatformSubgraph("catalog", 4002),
        PlatformSubgraph("analytics", 4003),
        PlatformSubgraph("tasks", 4004),
        PlatformSubgraph("payments", 4005),
        PlatformSubgraph("audit", 4006),
        PlatformSubgraph("notifications", 4007),
        PlatformSubgraph("media", 4008),
    )
}


def platform_subgraph(name: str) -> PlatformSubgraph:
    """The subgraph of that name. Raises UsageFailure where there is none."""
    if name not in SUBGRAPHS:
        raise UsageFailure(f"there is no subgraph {name!r}: choose one of {', '.join(SUBGRAPHS)}")
    return SUBGRAPHS[name]
