"""A replica for queries. While it is unavailable, queries use the database itself."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from hanse_subgraph.db_errors import DatabaseUnreachable, reason

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class Replica:
    """Sessions of a replica. If it is unavailable, connecting is retried periodically."""

    def __init__(self, engine: AsyncEngine, *, setting: str) -> None:
        """`setting` is named in the log, for where the URL is wrong."""
        self.engine = engine
        self._setting = setting
        self._watching: asyncio.Task[None] | None = None

    @property
    def is_unavailable(self) -> bool:
        """Whether queries go elsewhere."""
        return self._watching is not None

    async def session(self) -> AsyncSession | None:
        """A connected session; None if the replica is unavailable. Raises PoolTimeout if all connections are in use."""
        if self.is_unavailable:
            return None
        session = AsyncSession(self.engine, expire_on_commit=False)
        try:
            await session.connection()
        except BaseException as error:
            await session.close()
            if not self._is_lost(error):
                raise
            return None
        return session

    async def close(self) -> None:
        """Close every connection."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        await self.engine.dispose()

    def _is_lost(self, error: BaseException) -> bool:
        if isinstance(error, PoolTimeout):
            return self.is_unavailable  # it went while we waited; one that has much to do is there
        if not isinstance(error, DatabaseUnreachable | DBAPIError):
            return False
        if not self.is_unavailable:
            message = "the replica of %s is unavailable, queries use the database itself: %s"
            log.warning(message, self._setting, reason(error))
            self._watching = asyncio.create_task(self._watch(), name="waits for a replica")
        return True

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                async with self.engine.connect():
                    break
            except Exception as error:
                log.debug("the replica is still away: %s", error)
        self._watching = None
        log.warning("the replica of %s is back, and answers queries", self._setting)
