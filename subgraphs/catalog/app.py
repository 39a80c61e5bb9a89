"""The catalog subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.catalog.consumers import handlers
from subgraphs.catalog.expiry import Expiry
from subgraphs.catalog.inventory import Inventory
from subgraphs.catalog.loaders import CatalogContext
from subgraphs.catalog.models import Base
from subgraphs.catalog.schema import graph
from subgraphs.catalog.service import Catalog
from subgraphs.catalog.settings import CatalogSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: CatalogSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    catalog, inventory = Catalog(), Inventory(settings)

    def make_context(database: Database, caller: Caller, writes: bool) -> CatalogContext:
        return CatalogContext(database, caller, writes=writes, catalog=catalog, inventory=inventory)

    return SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        handlers=handlers(catalog, inventory),
        runners=lambda database: [Expiry(database, inventory, seconds=settings.expiry_seconds)],
    )
