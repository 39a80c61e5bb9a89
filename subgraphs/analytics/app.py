"""The analytics subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.pubsub.open import open_announcements
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.analytics.consumers import HANDLERS
from subgraphs.analytics.loaders import AnalyticsContext
from subgraphs.analytics.models import Base
from subgraphs.analytics.schema import graph
from subgraphs.analytics.settings import AnalyticsSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: AnalyticsSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start. Raises SettingsError."""
    announcements = open_announcements(settings.live_url, settings.subgraph)

    def make_context(database: Database, caller: Caller, writes: bool) -> AnalyticsContext:
        return AnalyticsContext(database, caller, writes=writes, settings=settings, announcements=announcements)

    return SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        handlers=HANDLERS,
        on_handled=announcements.announce,
        runners=lambda _: announcements.carriers(),
    )
