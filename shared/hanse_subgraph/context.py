"""What resolvers are given: who calls, and the one session of the request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from hanse_subgraph.auth import Caller, Client, Principal
from hanse_subgraph.cancellation import run_to_completion
from hanse_subgraph.db import Database, close_session
from hanse_subgraph.db_errors import is_serialization_failure


class Outcome(Enum):
    """What became of a request's change."""

    KEPT = auto()
    UNDONE = auto()
    UNKNOWN = auto()  # the connection broke during the commit


class RequestEnded(Exception):
    """The response is complete: a resolver whose result nobody reads any more asked for the session."""


Afterwards = Callable[[Outcome], Awaitable[None]]


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
        self._writes = writes
        self._session: AsyncSession | None = None
        self._lock = asyncio.Lock()
        self._is_closed = False
        self._outcome = Outcome.UNDONE
        self._afterwards: list[Afterwards] = []

    @property
    def has_session(self) -> bool:
        """Whether the session was opened: a transaction may be in progress."""
        return self._session is not None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """The request's session, for this block alone. Raises RequestEnded."""
        async with self._lock:
            yield await self._opened()

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncSession]:
        """The request's session for one mutation field: undone where the block raises, and only then.

        Raises RequestEnded.
        """
        async with self._lock:
            session = await self._opened()
            async with session.begin_nested():
                yield session

    async def _opened(self) -> AsyncSession:
        if self._is_closed:
            raise RequestEnded
        if self._session is None:
            self._session = await self.database.session(writes=self._writes)
            self._session.info["caller"] = Caller(self.principal, self.client)
        return self._session

    async def commit(self) -> bool:
        """Commit what was written; the edge calls it, once. False where there was nothing to commit."""
        async with self._lock:
            if self._session is None or not self._writes or not self._session.in_transaction():
                return False
            self._outcome = Outcome.UNKNOWN
            try:
                await self._session.commit()
            except DBAPIError as error:
                if is_serialization_failure(error):
                    self._outcome = Outcome.UNDONE
                raise
            self._outcome = Outcome.KEPT
        return True

    def afterwards(self, act: Afterwards) -> None:
        """Call this after the session is closed, for effects outside of the transaction.

        What changes the database may be undone and done again from the start, in a context of its own.
        """
        self._afterwards.append(act)

    async def close(self) -> None:
        """Close the session, undoing what was not committed; then do what is to be done afterwards.

        Where a root field failed, the response does not wait for its siblings. So the block that has the session now is
        waited for, and those that come later get none. The session is closed even if the caller is cancelled.
        """
        self._is_closed = True
        if self._session is not None or self._lock.locked():
            await run_to_completion(self._close_session())
        while self._afterwards:
            await self._afterwards.pop(0)(self._outcome)

    async def _close_session(self) -> None:
        async with self._lock:
            if self._session is not None:
                await close_session(self._session)
                self._session = None


Context = TypeVar("Context", bound=RequestContext)
RequestInfo = Info[RequestContext, None]
