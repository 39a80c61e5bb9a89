"""One key for each person, which seals their personal data in events. Deleting the key erases the data everywhere.

The keys are in a database of their own that all subgraphs share, SQLite or PostgreSQL by URL. So copies and backups of
the event log hold nothing readable about a person whose key is gone. A deleted key leaves a mark: no key is made for
that person again.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection, Mapping

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select
from sqlalchemy.exc import DBAPIError

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database, UtcDateTime, insert_into
from hanse_subgraph.db_engines import Limits
from hanse_wire.lru_cache import LruCache

KEY_BYTES = 32
CACHED_KEYS = 10_000
CACHED_SECONDS = 10.0  # so long may other processes read the data of a person whose key was deleted

_metadata = MetaData()
_keys = Table(
    "person_keys",
    _metadata,
    Column("person_id", String(64), primary_key=True),
    Column("key", LargeBinary, nullable=True),  # null: deleted
    Column("erased_at", UtcDateTime, nullable=True),
)


class StoredPersonKeys:
    """The keys of one project. Connections are made when a key is first needed."""

    def __init__(self, url: str, *, setting: str = "", clock: Clock = utc_now) -> None:
        """Raises SettingsError for a URL that is none."""
        self._database = Database(url, limits=Limits(pool_size=2), setting=setting)
        self._clock = clock
        self._known: LruCache[str, tuple[float, bytes | None]] = LruCache(CACHED_KEYS)
        self._has_table = False
        self._creating = asyncio.Lock()

    async def to_seal(self, person_id: str) -> bytes | None:
        """The key of a person, created if missing; None where it was deleted."""
        known = self._cached(person_id)
        return known[1] if known is not None else await self._created(person_id)

    async def to_open(self, person_ids: Collection[str]) -> Mapping[str, bytes]:
        """The existing keys of these persons, by id."""
        cached = {person_id: self._cached(person_id) for person_id in person_ids}
        missing = [person_id for person_id, found in cached.items() if found is None]
        read = await self._read(missing) if missing else {}
        keys = {person_id: found[1] for person_id, found in cached.items() if found is not None} | read
        return {person_id: key for person_id, key in keys.items() if key is not None}

    async def erase(self, person_id: str) -> None:
        """Delete the key of a person for good. What it seals can never be read again."""
        await self._create_table()
        gone = {"key": None, "erased_at": self._clock()}
        async with self._database.writing() as session:
            statement = insert_into(session, _keys).values(person_id=person_id, **gone)
            await session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=gone))
        self._keep(person_id, None)

    def forget(self, person_id: str) -> None:
        """Drop the key of a person from the cache."""
        self._known.drop(person_id)

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()

    def _cached(self, person_id: str) -> tuple[float, bytes | None] | None:
        found = self._known.get(person_id)
        return found if found is not None and found[0] > time.monotonic() else None

    def _keep(self, person_id: str, key: bytes | None) -> None:
        self._known.put(person_id, (time.monotonic() + CACHED_SECONDS, key))

    async def _read(self, person_ids: Collection[str]) -> dict[str, bytes | None]:
        await self._create_table()
        async with self._database.reading() as session:
            wanted = select(_keys.c.person_id, _keys.c.key).where(_keys.c.person_id.in_(person_ids))
            found = {row.person_id: row.key for row in await session.execute(wanted)}
        for person_id, key in found.items():
            self._keep(person_id, key)
        return found

    async def _created(self, person_id: str) -> bytes | None:
        found = await self._read([person_id])
        if person_id not in found:
            async with self._database.writing() as session:
                new = insert_into(session, _keys).values(person_id=person_id, key=os.urandom(KEY_BYTES))
                await session.execute(new.on_conflict_do_nothing())
            found = await self._read([person_id])  # where two created it, the first one counts
        return found[person_id]

    async def _create_table(self) -> None:
        if self._has_table:
            return
        async with self._creating:
            self._database.create_folder()
            try:
                await self._create_once()
            except DBAPIError:  # another process created it at the same time
                await self._create_once()
            self._has_table = True

    async def _create_once(self) -> None:
        async with self._database.writing_engine.begin() as connection:
            await connection.run_sync(_metadata.create_all)
