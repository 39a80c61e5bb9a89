"""The notifications subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from hanse_subgraph.auth import Caller
from hanse_subgraph.config import setting
from hanse_subgraph.db import Database
from hanse_subgraph.mail.open import open_mailer
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.pubsub.open import open_announcements
from hanse_subgraph.subgraph_app import Runner, SubgraphApp
from subgraphs.notifications.consumers import handlers
from subgraphs.notifications.loaders import NotificationsContext
from subgraphs.notifications.models import Base
from subgraphs.notifications.schema import graph
from subgraphs.notifications.sending import Sender
from subgraphs.notifications.service import Notifications
from subgraphs.notifications.settings import NotificationsSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: NotificationsSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start. Raises SettingsError."""
    notifications, announcements = Notifications(settings), open_announcements(settings.live_url, settings.subgraph)
    with setting("HANSE_NOTIFICATIONS_MAIL_URL"):
        mailer = open_mailer(settings.mail)

    def make_context(database: Database, caller: Caller, writes: bool) -> NotificationsContext:
        return NotificationsContext(
            database,
            caller,
            writes=writes,
            settings=settings,
            notifications=notifications,
            announcements=announcements,
        )

    def runners(database: Database) -> list[Runner]:
        return [Sender(database, mailer, settings), *announcements.carriers()]

    return SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        handlers=handlers(notifications),
        on_handled=announcements.announce,
        runners=runners,
    )
