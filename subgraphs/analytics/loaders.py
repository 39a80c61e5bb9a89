"""The request context of the analytics subgraph. Its results are few rows, so there are no data loaders."""

from __future__ import annotations

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.pubsub.announcements import Announcements
from subgraphs.analytics.settings import AnalyticsSettings


class AnalyticsContext(RequestContext):
    """The context of one request to the analytics subgraph."""

    def __init__(
        self,
        database: Database,
        caller: Caller,
        *,
        writes: bool,
        settings: AnalyticsSettings,
        announcements: Announcements,
    ) -> None:
        super().__init__(database, caller, writes=writes)
        self.settings = settings
        self.announcements = announcements
