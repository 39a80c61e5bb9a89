"""The database of one subgraph: SQLite or PostgreSQL by URL, one engine for reading and one for writing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Uuid
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from hanse_subgraph.cancellation import run_to_completion
from hanse_subgraph.db_engines import Limits, server_engine, sqlite_engine
from hanse_subgraph.disk_full import DiskFullLog
from hanse_subgraph.person_keys import PersonKeys
from hanse_subgraph.replica import Replica
from hanse_wire.private_files import create_private_database
from hanse_wire.settings import SettingsError

log = logging.getLogger(__name__)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: given and returned with the time zone UTC, on databases that drop it too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database, in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Id(TypeDecorator[str]):
    """A UUID: native where the database has it, text of its canonical form in Python."""

    impl = Uuid(as_uuid=False)
    cache_ok = True


def id_field(**options: Any) -> Any:
    """A model's UUID, given and returned as text."""
    return Field(sa_type=Id, **options)


def moment_field(**options: Any) -> Any:
    """A model's moment, in UTC."""
    return Field(sa_type=UtcDateTime, **options)


class Database:
    """Sessions for reading and for writing. Writers on SQLite queue up here, and wait for those of other processes."""

    def __init__(
        self, url: str, *, read_url: str = "", limits: Limits | None = None, setting: str = "", read_setting: str = ""
    ) -> None:
        """`read_url` is a replica's; empty: there is none. The settings are named where their URLs turn out wrong.

        Reading and writing have pools of their own: a mutation that reads beside its transaction waits for no other.
        Raises SettingsError for URLs that are none.
        """
        self.setting = setting
        self.person_keys: PersonKeys | None = None  # they seal the personal data of events
        self.url = _checked(url, setting)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        limits = limits or Limits()
        make_engine = sqlite_engine if self.is_sqlite else server_engine
        self._writing = make_engine(self.url, limits, writes=True)
        self._reading = make_engine(self.url, limits, writes=False)
        self._replica: Replica | None = None
        if read_url:
            engine = make_engine(_checked(read_url, read_setting), limits, writes=False)
            self._replica = Replica(engine, setting=read_setting)
        full = DiskFullLog(setting)
        for watched in (self._writing, self._reading):
            full.watch(watched)

    def create_folder(self) -> None:
        """Create the file of a SQLite database and its folder when they are missing, for the owner only."""
        if self.is_sqlite and self.url.database:
            create_private_database(Path(self.url.database))

    @property
    def writing_engine(self) -> AsyncEngine:
        """The engine that may write; migrations use it."""
        return self._writing

    @property
    def shown_url(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def replica_is_there(self) -> bool | None:
        """Whether the replica answers queries; None where there is none."""
        return None if self._replica is None else not self._replica.is_unavailable

    async def session(self, *, writes: bool) -> AsyncSession:
        """A session of one request, whose transaction begins with its first statement.

        Close it with `close_session`. One that does not write reads the replica, where there is one, and so what was
        true a moment ago.
        """
        session = await self._replica.session() if self._replica is not None and not writes else None
        session = session or AsyncSession(self._writing if writes else self._reading, expire_on_commit=False)
        session.info["person_keys"] = self.person_keys
        return session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that sees all that was committed before; nothing it does is kept."""
        session = AsyncSession(self._reading, expire_on_commit=False)
        try:
            yield session
        finally:
            await run_to_completion(close_session(session))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends, and rolls back when it raises."""
        session = await self.session(writes=True)
        try:
            async with session.begin():
                yield session
        finally:
            await run_to_completion(close_session(session))

    async def close(self) -> None:
        """Close every connection."""
        for part in (self._writing, self._reading):
            await part.dispose()
        if self._replica is not None:
            await self._replica.close()
        if self.person_keys is not None:
            await self.person_keys.close()


def insert_into(session: AsyncSession, table: Any) -> Any:
    """An INSERT into a table or a model that can say ON CONFLICT, which each dialect spells for itself."""
    return (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(table)


async def close_session(session: AsyncSession) -> None:
    """Close a session, undoing what was not committed. Where its connection is broken, nothing is left to undo."""
    try:
        await session.close()
    except DBAPIError as error:
        log.debug("a connection broke: %s", error)
        await session.invalidate()


def _checked(url: str, setting: str) -> URL:
    take = "take sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
    named = f"{setting}: " if setting else ""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the URL is not repeated: it may hold a password
        raise SettingsError(f"{named}not a database URL; {take}") from error
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise SettingsError(f"{named}unknown database {parsed.drivername!r}; {take}")
    return parsed
