"""Choose the carrier of announcements by its URL."""

from __future__ import annotations

from hanse_subgraph.pubsub.announcements import Announcements
from hanse_wire.settings import SettingsError

FORMS = "memory:, redis://HOST:PORT or rediss://HOST:PORT (TLS); of a cluster, any one node"


def open_announcements(url: str, subgraph: str) -> Announcements:
    """The announcements shared by all replicas of a subgraph that use the same URL. Raises SettingsError."""
    if url == "memory:":
        return Announcements()
    from hanse_subgraph.pubsub.redis import RedisAnnouncements  # embedded mode needs no client

    setting = f"HANSE_{subgraph.upper()}_LIVE_URL"
    try:
        return RedisAnnouncements(url, channel=f"hanse:live:{subgraph}", setting=setting)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"setting {setting} is not understood; take {FORMS}") from error
