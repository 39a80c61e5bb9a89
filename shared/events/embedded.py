"""The event log in a SQLite file. Several processes may share it; a reader wakes within a twentieth of a second."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Self, TypeVar
from weakref import WeakSet

from shared.config import ConfigError
from shared.events.envelope import Event, decode, encode
from shared.events.log import DeadLetter, Delivery
from shared.waiting import within

POLL_SECONDS = 0.05  # how soon another process's events are seen; events of this process are seen at once
BUSY_SECONDS = 15.0
REPLAYED = -1  # the position of replayed dead letters, which stand outside the log's order

_TABLES = """
CREATE TABLE IF NOT EXISTS event (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, envelope BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS progress (consumer TEXT PRIMARY KEY, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dead_letter (
    consumer TEXT NOT NULL, event_id TEXT NOT NULL, envelope BLOB NOT NULL, error TEXT NOT NULL,
    attempts INTEGER NOT NULL, buried_at REAL NOT NULL, replayed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (consumer, event_id)
);
"""

Result = TypeVar("Result")
_open_logs: WeakSet[EmbeddedLog] = WeakSet()


class EmbeddedLog:
    """One process's hold on the file. All SQL runs on one thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="event-log")
        self._appended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._connection: sqlite3.Connection

    @classmethod
    async def open(cls, path: str) -> Self:
        """The log in the file, made if missing. Raises ConfigError where it cannot be."""
        log = cls(Path(path))
        try:
            await log._run(log._connect)
        except (OSError, sqlite3.Error) as error:
            log._thread.shutdown(wait=False)
            raise ConfigError(
                f"cannot open the event log {path}: {error}; mend its rights, or give another file"
            ) from error
        _open_logs.add(log)
        return log

    async def append(self, events: Sequence[Event]) -> None:
        """See EventLog. One transaction, synced to disk."""
        rows = [(event.id, event.type, encode(event)) for event in events]
        await self._run(lambda: self._insert(rows))
        for log in list(_open_logs):
            if log._path == self._path:
                log._wake()

    async def read(self, consumer: str, types: Collection[str], *, limit: int, wait: float) -> list[Delivery]:
        """See EventLog."""
        deadline = time.monotonic() + wait
        version = None
        while True:
            self._appended.clear()
            now, found = await self._run(partial(self._select, consumer, types, limit, version))
            if found or time.monotonic() >= deadline:
                return found
            version = None if await within(self._appended, POLL_SECONDS) else now

    async def commit(self, consumer: str, delivery: Delivery) -> None:
        """See EventLog."""
        await self._run(lambda: self._advance(consumer, delivery))

    async def bury(self, letter: DeadLetter) -> None:
        """See EventLog."""
        row = (letter.consumer, letter.event.id, encode(letter.event), letter.error, letter.attempts, time.time())
        statement = (
            "INSERT INTO dead_letter (consumer, event_id, envelope, error, attempts, buried_at) "
            "VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET error = excluded.error, attempts = attempts + excluded.attempts, "
            "buried_at = excluded.buried_at, replayed = 0"
        )
        await self._run(lambda: self._connection.execute(statement, row))

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        """See EventLog."""
        statement = (
            "SELECT consumer, envelope, error, attempts FROM dead_letter "
            "WHERE replayed = 0 AND consumer = coalesce(?, consumer) ORDER BY buried_at"
        )
        rows = await self._run(lambda: self._connection.execute(statement, (consumer,)).fetchall())
        return [DeadLetter(name, decode(envelope), error, attempts) for name, envelope, error, attempts in rows]

    async def replay(self, consumer: str, event_id: str) -> bool:
        """See EventLog."""
        statement = "UPDATE dead_letter SET replayed = 1 WHERE consumer = ? AND event_id = ?"
        found = await self._run(lambda: self._connection.execute(statement, (consumer, event_id)).rowcount)
        self._wake()
        return found > 0

    async def rewind(self, consumer: str) -> None:
        """See EventLog."""
        await self._run(lambda: self._connection.execute("DELETE FROM progress WHERE consumer = ?", (consumer,)))
        self._wake()

    async def close(self) -> None:
        """See EventLog."""
        _open_logs.discard(self)
        await self._run(self._connection.close)
        self._thread.shutdown(wait=False)

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._appended.set)

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await self._loop.run_in_executor(self._thread, work)

    def _connect(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_TABLES)

    def _insert(self, rows: Sequence[tuple[str, str, bytes]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany("INSERT OR IGNORE INTO event (id, type, envelope) VALUES (?, ?, ?)", rows)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _select(
        self, consumer: str, types: Collection[str], limit: int, seen: int | None
    ) -> tuple[int, list[Delivery]]:
        """The file's version, and what comes next; nothing is read where the version is the one `seen` before."""
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == seen:
            return version, []
        again = self._connection.execute(
            "SELECT envelope FROM dead_letter WHERE consumer = ? AND replayed = 1 LIMIT ?", (consumer, limit)
        ).fetchall()
        if again:
            return version, [Delivery(REPLAYED, decode(envelope)) for (envelope,) in again]
        wanted = f"AND type IN ({', '.join('?' * len(types))})" if types else ""
        rows = self._connection.execute(
            "SELECT position, envelope FROM event "
            "WHERE position > coalesce((SELECT position FROM progress WHERE consumer = ?), 0) "
            f"{wanted} ORDER BY position LIMIT ?",
            (consumer, *types, limit),
        ).fetchall()
        return version, [Delivery(position, decode(envelope)) for position, envelope in rows]

    def _advance(self, consumer: str, delivery: Delivery) -> None:
        if delivery.position == REPLAYED:
            self._connection.execute(
                "DELETE FROM dead_letter WHERE consumer = ? AND event_id = ? AND replayed = 1",
                (consumer, delivery.event.id),
            )
            return
        self._connection.execute(
            "INSERT INTO progress (consumer, position) VALUES (?, ?) "
            "ON CONFLICT DO UPDATE SET position = max(position, excluded.position)",
            (consumer, delivery.position),
        )
