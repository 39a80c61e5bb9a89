"""Announcements as the rest of the code sees them, whatever carries them; chosen once, from a URL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from hanse_subgraph.config import ConfigError

FORMS = "memory:, redis://HOST:PORT or rediss://HOST:PORT (TLS); of a cluster, any one node"


class Carrier(Protocol):
    """Something that runs beside the requests, from start to stop (a Runner)."""

    async def run(self) -> None:
        """Run until stopped."""
        ...

    def stop(self) -> None:
        """Let `run` end soon."""
        ...


class Announcements:
    """Whoever waits is woken by the next announcement: here, of this process."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Wake all who wait."""
        self._next.set()
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Set by the next announcement after this call: ask before reading, so that none is missed."""
        return self._next

    def carriers(self) -> Sequence[Carrier]:
        """What must run for announcements to reach other processes; new ones for each start."""
        return ()


def open_announcements(url: str, subgraph: str) -> Announcements:
    """The announcements of a subgraph, to its replicas at the same URL. Raises ConfigError where it is none."""
    if url == "memory:":
        return Announcements()
    from hanse_subgraph.live.redis import RedisAnnouncements  # embedded mode needs no client

    setting = f"HANSE_{subgraph.upper()}_LIVE_URL"
    try:
        return RedisAnnouncements(url, channel=f"hanse:live:{subgraph}", setting=setting)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"setting {setting} is not understood; take {FORMS}") from error
