"""How connections to SQLite and to PostgreSQL are made, kept and checked."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hanse_subgraph.db_errors import DatabaseUnreachable

BUSY_MILLISECONDS = 15_000  # how long SQLite waits for another process's write
SQLITE_BYTES = 32_000_000
"""What SQLite may use in this process, mostly for pages: over all connections, of all subgraphs. Each has a
cache of its own, which holds what the others have too."""
MAX_CONNECTION_AGE = 1800  # seconds, so that load spreads to new servers
GRACE_SECONDS = 5.0  # after the statement timeout, until an unresponsive server counts as failed


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, and how long anything may take; 0 seconds: as the server has it."""

    pool_size: int = 8
    wait_seconds: float = 10.0
    connect_seconds: float = 5.0
    statement_seconds: float = 30.0
    idle_in_transaction_seconds: float = 60.0
    statement_cache_size: int = 100


def server_engine(url: URL, limits: Limits, *, writes: bool) -> AsyncEngine:
    """PostgreSQL, or what speaks its protocol. Reading sees one state of the data from its first statement on."""
    reading: dict[str, Any] = {
        "isolation_level": "REPEATABLE READ",
        "execution_options": {"postgresql_readonly": True},
    }
    engine = create_async_engine(
        url,
        pool_size=limits.pool_size,
        max_overflow=0,
        pool_timeout=limits.wait_seconds,
        pool_recycle=MAX_CONNECTION_AGE,
        connect_args=_connect_arguments(limits),
        hide_parameters=True,  # they may be personal or secret, and errors are logged
        **({} if writes else reading),
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, _record: Any, _proxy: Any) -> None:
        # The loop has seen the end of a connection that broke while it was idle. Asking the server costs three trips.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine


def _connect_arguments(limits: Limits) -> dict[str, Any]:
    timeouts = {
        "statement_timeout": limits.statement_seconds,
        "idle_in_transaction_session_timeout": limits.idle_in_transaction_seconds,
    }
    arguments: dict[str, Any] = {
        "async_creator_fn": _connect,
        "timeout": limits.connect_seconds,
        "command_timeout": limits.statement_seconds + GRACE_SECONDS if limits.statement_seconds else None,
        "server_settings": {name: str(round(seconds * 1000)) for name, seconds in timeouts.items() if seconds},
        "prepared_statement_cache_size": limits.statement_cache_size,
        "statement_cache_size": limits.statement_cache_size,
    }
    if limits.statement_cache_size == 0:  # the next statement may run on another of the pooler's connections
        arguments["prepared_statement_name_func"] = str
    return arguments


async def _connect(*arguments: Any, **options: Any) -> Any:
    import asyncpg  # embedded mode starts sooner without

    try:
        return await asyncpg.connect(*arguments, **options)
    except TimeoutError as error:
        raise DatabaseUnreachable(f"it did not answer within {options['timeout']:g} s") from error
    except OSError as error:
        raise DatabaseUnreachable(str(error)) from error


class _SqliteConnection(sqlite3.Connection):
    """A connection that ends its transaction when it is closed.

    A statement that was not read to its end keeps a closed connection open, with the locks of its transaction. When a
    request is cancelled, such a statement exists until garbage is collected. Source: SQLite, `sqlite3_close_v2`.
    """

    def close(self) -> None:
        """Roll back, and close."""
        if self.in_transaction:
            self.rollback()
        super().close()


def sqlite_engine(url: URL, limits: Limits, *, writes: bool) -> AsyncEngine:
    """SQLite. Writers queue up for the one connection that may write."""
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # below, it logs the parameters of statements
    size = 1 if writes else limits.pool_size
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_MILLISECONDS / 1000,
        connect_args={"factory": _SqliteConnection},
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun by us, below
        cursor = connection.cursor()
        for pragma in _pragmas(writes):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        # Take the lock first: a transaction that reads and then writes fails if another one wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _pragmas(writes: bool) -> tuple[str, ...]:
    limits = (f"busy_timeout={BUSY_MILLISECONDS}", "cache_size=-16000", f"soft_heap_limit={SQLITE_BYTES}")
    common = (*limits, "foreign_keys=ON", "temp_store=MEMORY")
    # secure_delete: what is deleted is overwritten, so that the file holds it no longer.
    writing = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
    return (*writing, *common) if writes else (*common, "query_only=ON")
