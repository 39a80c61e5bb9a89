"""The request context of the notifications subgraph. Each list is one statement, so there are no data loaders."""

from __future__ import annotations

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.pubsub.announcements import Announcements
from subgraphs.notifications.service import Notifications
from subgraphs.notifications.settings import NotificationsSettings


class NotificationsContext(RequestContext):
    """The context of one request to the notifications subgraph."""

    def __init__(
        self,
        database: Database,
        caller: Caller,
        *,
        writes: bool,
        settings: NotificationsSettings,
        notifications: Notifications,
        announcements: Announcements,
    ) -> None:
        super().__init__(database, caller, writes=writes)
        self.settings = settings
        self.notifications = notifications
        self.announcements = announcements
