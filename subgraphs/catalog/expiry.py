"""Returns the units of expired reservations to stock."""

from __future__ import annotations

import asyncio
import logging

from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import client_error, reason
from hanse_subgraph.timeouts import set_within
from subgraphs.catalog.inventory import Inventory

log = logging.getLogger(__name__)
BATCH = 100


class Expiry:
    """A background task. Several may run: a reservation ends once."""

    def __init__(self, database: Database, inventory: Inventory, *, seconds: float) -> None:
        self._database = database
        self._inventory = inventory
        self._seconds = seconds
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Expire reservations periodically until stopped."""
        while not self._stopped.is_set():
            try:
                while await self.expire() == BATCH and not self._stopped.is_set():
                    pass
            except Exception as error:
                unexpected = None if client_error(error) else error
                log.error("expiring reservations failed, retrying: %s", reason(error), exc_info=unexpected)
            await set_within(self._stopped, self._seconds)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopped.set()

    async def expire(self) -> int:
        """Expire one batch; returns the number of reservations."""
        async with self._database.reading() as session:
            expired = await self._inventory.expired(session, BATCH)
        if expired:
            async with self._database.writing() as session:
                await self._inventory.expire(session, expired)
        return len(expired)
