"""Telling live subscriptions of this process that something was counted."""

from __future__ import annotations

import asyncio


class Announcements:
    """Whoever waits is woken by the next announcement."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Wake all who wait."""
        self._next.set()
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Set by the next announcement after this call: ask before reading, so that none is missed."""
        return self._next
