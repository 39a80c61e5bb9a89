"""Announcements within one process; adapters extend them to other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol


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
