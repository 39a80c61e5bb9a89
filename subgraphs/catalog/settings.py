"""The settings of the catalog subgraph: `HANSE_CATALOG_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.config import SubgraphSettings, settings_config


class CatalogSettings(SubgraphSettings):
    """The settings of every subgraph."""

    model_config = settings_config("catalog")
    subgraph: ClassVar[str] = "catalog"
