"""The platform's own subgraphs: their names, their usual ports, and how each one's application is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from hanse.failures import Failure, UsageFailure
from shared.subgraph_app import SubgraphApp


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
        settings_class = getattr(import_module(f"subgraphs.{self.name}.settings"), f"{self.name.title()}Settings")
        create: Callable[[Any], SubgraphApp] = import_module(f"subgraphs.{self.name}.app").create
        try:
            return create(settings_class(**(settings or {})))
        except ValidationError as error:
            raise Failure(_first_problem(settings_class, error)) from error


SUBGRAPHS: dict[str, PlatformSubgraph] = {
    subgraph.name: subgraph
    for subgraph in (
        PlatformSubgraph("users", 4001),
        PlatformSubgraph("catalog", 4002),
        PlatformSubgraph("analytics", 4003),
    )
}


def platform_subgraph(name: str) -> PlatformSubgraph:
    """The subgraph of that name. Raises UsageFailure where there is none."""
    if name not in SUBGRAPHS:
        raise UsageFailure(f"there is no subgraph {name!r}: choose one of {', '.join(SUBGRAPHS)}")
    return SUBGRAPHS[name]


def _first_problem(settings_class: Any, error: ValidationError) -> str:
    problem = error.errors()[0]
    field = str(problem["loc"][0]) if problem["loc"] else ""
    variable = f"{settings_class.model_config.get('env_prefix', '')}{field}".upper()
    return f"setting {variable}: {problem['msg']}"
