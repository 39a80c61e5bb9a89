"""Data loaders of the users subgraph: one SQL statement per request and kind of object."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.ids import known_id
from hanse_subgraph.row_batches import MAX_ROWS
from subgraphs.users import repository
from subgraphs.users.errors import PasswordNotFirst
from subgraphs.users.models import User, UserState
from subgraphs.users.service import Identity


class UsersContext(RequestContext):
    """The context of one request to the users subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, identity: Identity) -> None:
        super().__init__(database, caller, writes=writes)
        self.identity = identity
        self._claimed = False
        self.users: DataLoader[str, User | None] = DataLoader(self._load_users, max_batch_size=MAX_ROWS)

    def claim_password(self) -> None:
        """Declare that a mutation is about to check or set a password, which is slow. Raises PasswordNotFirst.

        The transaction of the operation must not be open meanwhile: on SQLite it keeps all others from writing.
        """
        if self._claimed or self.has_session:
            raise PasswordNotFirst
        self._claimed = True

    async def user(self, user_id: str) -> User | None:
        """The user with this id; None if missing, deleted, or if the id is not a UUID."""
        found = await self._load(user_id)
        return found if found is not None and found.state != UserState.DELETED else None

    async def users_of(self, user_ids: Sequence[str]) -> list[User | None]:
        """The users with these ids, in the same order; includes deleted users, since other objects refer to them."""
        return list(await asyncio.gather(*(self._load(user_id) for user_id in user_ids)))

    async def _load(self, user_id: str) -> User | None:
        canonical_id = known_id(user_id)
        return await self.users.load(canonical_id) if canonical_id else None

    async def _load_users(self, ids: list[str]) -> list[User | None]:
        async with self.session() as session:
            found = await repository.users_by_id(session, ids)
        return [found.get(key) for key in ids]
