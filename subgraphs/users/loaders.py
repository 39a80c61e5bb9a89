"""Batches of the users subgraph: one SQL statement for all that one request asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.ids import known_id
from subgraphs.users import repository
from subgraphs.users.models import User, UserState
from subgraphs.users.service import Identity


class UsersContext(RequestContext):
    """One request to the users subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, identity: Identity) -> None:
        super().__init__(database, caller, writes=writes)
        self.identity = identity
        self.users: DataLoader[str, User | None] = DataLoader(self._load_users)

    async def user(self, user_id: str) -> User | None:
        """The user of this id; None for a deleted one, and for an id that is no UUID."""
        found = await self._any(user_id)
        return found if found is not None and found.state != UserState.DELETED else None

    async def users_of(self, user_ids: Sequence[str]) -> list[User | None]:
        """The users of these ids, each in its place; of deleted ones what is left, since others still refer to them."""
        return list(await asyncio.gather(*(self._any(user_id) for user_id in user_ids)))

    async def _any(self, user_id: str) -> User | None:
        known = known_id(user_id)
        return await self.users.load(known) if known else None

    async def _load_users(self, ids: list[str]) -> list[User | None]:
        async with self.session() as session:
            found = await repository.users_by_id(session, ids)
        return [found.get(key) for key in ids]
