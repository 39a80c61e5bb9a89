"""The database of one subgraph: SQLite or PostgreSQL by URL, one engine for reading and one for writing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Uuid, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from shared.config import ConfigError

BUSY_MILLISECONDS = 15_000  # how long SQLite waits for another process's write


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

    def __init__(self, url: str, *, read_url: str = "", pool_size: int = 8) -> None:
        """`url` and `read_url` (a replica; empty: the same) are SQLAlchemy's. Raises ConfigError for unknown ones."""
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writing = _sqlite_engine(self.url, writes=True, pool_size=1)
            self._reading = _sqlite_engine(_checked(read_url or url), writes=False, pool_size=pool_size)
        else:
            self._writing = _server_engine(self.url, pool_size)
            self._reading = _server_engine(_checked(read_url), pool_size) if read_url else self._writing

    @property
    def writing_engine(self) -> AsyncEngine:
        """The engine that may write; migrations use it."""
        return self._writing

    def session(self, *, writes: bool) -> AsyncSession:
        """A session whose transaction begins with its first statement; the caller commits or closes it."""
        return AsyncSession(self._writing if writes else self._reading, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries; nothing it does is kept."""
        async with self.session(writes=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends, and rolls back when it raises."""
        async with self.session(writes=True) as session, session.begin():
            yield session

    async def close(self) -> None:
        """Give back every connection."""
        await self._writing.dispose()
        if self._reading is not self._writing:
            await self._reading.dispose()


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            f"not a database URL: {url!r}; take sqlite+aiosqlite:///FILE or postgresql+asyncpg://..."
        ) from error
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ConfigError(
            f"unknown database {parsed.drivername!r}; take sqlite+aiosqlite:///FILE or postgresql+asyncpg://..."
        )
    return parsed


def _server_engine(url: URL, pool_size: int) -> AsyncEngine:
    return create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, pool_recycle=1800)


def _sqlite_engine(url: URL, *, writes: bool, pool_size: int) -> AsyncEngine:
    if writes and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=BUSY_MILLISECONDS / 1000)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun by us, below
        cursor = connection.cursor()
        for pragma in _pragmas(writes):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that reads first and writes later fails at once when another wrote between: take the lock first.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _pragmas(writes: bool) -> tuple[str, ...]:
    common = (f"busy_timeout={BUSY_MILLISECONDS}", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY")
    return ("journal_mode=WAL", "synchronous=FULL", *common) if writes else (*common, "query_only=ON")
