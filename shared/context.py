"""What resolvers are given: who calls, and the one session of the request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from graphql import DocumentNode
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from shared.auth import Caller, Client, Principal
from shared.db import Database, give_back


class RequestContext:
    """One request. Subgraphs derive their own, with their loaders.

    There is one session, made when first asked for: for queries a reading one, for mutations a writing one that the
    edge commits once, when the whole operation has run. Sibling fields resolve concurrently and a session serves one
    at a time, so it is lent under a lock.
    """

    def __init__(self, database: Database, caller: Caller, *, writes: bool = False) -> None:
        self.database = database
        self.principal: Principal = caller.principal
        self.client: Client = caller.client
        self.document: DocumentNode | None = None  # parsed and validated already
        self._writes = writes
        self._session: AsyncSession | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """The request's session, for this block alone."""
        async with self._lock:
            yield self._opened()

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncSession]:
        """The request's session for one mutation field: undone where the block raises, and only then."""
        async with self._lock:
            session = self._opened()
            async with session.begin_nested():
                yield session

    def _opened(self) -> AsyncSession:
        if self._session is None:
            self._session = self.database.session(writes=self._writes)
            self._session.info["caller"] = Caller(self.principal, self.client)
        return self._session

    async def commit(self) -> bool:
        """Commit what was written; the edge calls it, once. False where there was nothing to commit."""
        if self._session is None or not self._writes or not self._session.in_transaction():
            return False
        async with self._lock:
            await self._session.commit()
        return True

    async def close(self) -> None:
        """Give the session back, undoing what was not committed."""
        if self._session is not None:
            await give_back(self._session)
            self._session = None


Context = TypeVar("Context", bound=RequestContext)
RequestInfo = Info[RequestContext, None]
