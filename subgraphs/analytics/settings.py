"""The settings of the analytics subgraph: `HANSE_ANALYTICS_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class AnalyticsSettings(SubgraphSettings):
    """The settings of every subgraph, and that of live statistics."""

    model_config = settings_config("analytics")
    subgraph: ClassVar[str] = "analytics"

    live_url: str = Field(
        default="memory:", description="Channel between replicas for live updates: memory: (none) or redis://..."
    )
    live_poll_seconds: float = Field(
        default=2.0, gt=0, description="Interval at which live statistics of other replicas are read, in seconds."
    )
