"""The settings of the catalog subgraph: `HANSE_CATALOG_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class CatalogSettings(SubgraphSettings):
    """The settings of every subgraph, and those of reservations."""

    model_config = settings_config("catalog")
    subgraph: ClassVar[str] = "catalog"

    reservation_minutes: float = Field(
        default=30, gt=0, description="Lifetime of a reservation that is neither sold nor released, in minutes."
    )
    expiry_seconds: float = Field(
        default=5, gt=0, description="Interval at which expired reservations are returned to stock, in seconds."
    )
    max_reservations: int = Field(
        default=100, ge=1, description="Maximum number of reservations that a user holds at the same time."
    )
