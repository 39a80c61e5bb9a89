"""The event log in a SQLite file. Several processes may share it; a reader wakes within a twentieth of a second."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar
from weakref import WeakSet

from hanse_subgraph.events.envelope import Event, bytes_of, decode_or_keep, encode
from hanse_subgraph.events.log import DeadLetter, Delivery, LogUnavailable
from hanse_subgraph.timeouts import set_within
from hanse_wire.private_files import create_private_database
from hanse_wire.settings import SettingsError

POLL_SECONDS = 0.05  # until other processes' events are seen; events of this process are seen immediately
BUSY_SECONDS = 15.0
HISTORY_BATCH = 1000
REPLAYED = -1  # the position of replayed dead letters, which have no order

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

_AFTER_PROGRESS = "position > coalesce((SELECT position FROM progress WHERE consumer = ?), 0)"

Result = TypeVar("Result")
Version = tuple[int, int]  # changes by other connections, changes by this one
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
        """The log in the file, made if missing. Raises SettingsError where it cannot be."""
        log = cls(Path(path))
        try:
            await log._run(log._connect)
        except (OSError, sqlite3.Error) as error:
            log._thread.shutdown(wait=False)
            raise SettingsError(
                f"cannot open the event log {path}: {error}; correct its permissions, or use another file"
            ) from error
        _open_logs.add(log)
        return log

    async def append(self, events: Sequence[Event]) -> Mapping[str, str]:
        """One transaction, synced to disk; events that are there already are left as they are."""
        rows = [(event.id, event.type, encode(event)) for event in events]
        await self._run(lambda: self._insert(rows))
        for log in list(_open_logs):
            if log._path == self._path:
                log._wake()
        return {}

    def subscribe(self, consumer: str, types: Collection[str]) -> EmbeddedSubscription:
        return EmbeddedSubscription(self, consumer, types)

    async def history(self, event_type: str) -> AsyncIterator[Event]:
        """Read by connections of its own, so that nobody waits for it."""
        after = 0
        while rows := await asyncio.to_thread(self._select_type, event_type, after):
            after = rows[-1][0]
            for _, event_id, envelope in rows:
                event = decode_or_keep(envelope, event_id)
                if isinstance(event, Event):
                    yield event

    async def bury(self, letter: DeadLetter) -> None:
        buried_at = letter.buried_at.timestamp()
        row = (letter.consumer, letter.event.id, bytes_of(letter.event), letter.error, letter.attempts, buried_at)
        statement = (
            "INSERT INTO dead_letter (consumer, event_id, envelope, error, attempts, buried_at) "
            "VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET error = excluded.error, attempts = excluded.attempts, "
            "buried_at = excluded.buried_at, replayed = 0"
        )
        await self._run(lambda: self._connection.execute(statement, row))

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        statement = (
            "SELECT consumer, event_id, envelope, error, attempts, buried_at FROM dead_letter "
            "WHERE replayed = 0 AND consumer = coalesce(?, consumer) ORDER BY buried_at"
        )
        rows = await self._run(lambda: self._connection.execute(statement, (consumer,)).fetchall())
        return [
            DeadLetter(
                name, decode_or_keep(envelope, event_id), error, attempts, datetime.fromtimestamp(buried_at, UTC)
            )
            for name, event_id, envelope, error, attempts, buried_at in rows
        ]

    async def replay(self, consumer: str, event_id: str) -> bool:
        statement = "UPDATE dead_letter SET replayed = 1 WHERE consumer = ? AND event_id = ?"
        found = await self._run(lambda: self._connection.execute(statement, (consumer, event_id)).rowcount)
        self._wake()
        return found > 0

    async def rewind(self, consumer: str, types: Collection[str] = ()) -> None:
        """Who else reads is not known here: do not."""
        await self._run(lambda: self._connection.execute("DELETE FROM progress WHERE consumer = ?", (consumer,)))
        self._wake()

    async def lag(self, consumer: str, types: Collection[str] = ()) -> Mapping[str, int]:
        """There is one part."""
        statement = f"SELECT count(*) FROM event WHERE {_AFTER_PROGRESS} {_of(types)}"
        rows = await self._run(lambda: self._connection.execute(statement, (consumer, *types)).fetchall())
        return {"events": rows[0][0]}

    async def close(self) -> None:
        _open_logs.discard(self)
        await self._run(self._connection.close)
        self._thread.shutdown(wait=False)

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._appended.set)

    async def _run(self, work: Callable[[], Result]) -> Result:
        try:
            return await self._loop.run_in_executor(self._thread, work)
        except sqlite3.OperationalError as error:
            if "disk is full" not in str(error):
                raise
            raise LogUnavailable(f"no room is left on the disk of the event log {self._path}: make room") from error

    def _connect(self) -> None:
        create_private_database(self._path)
        self._connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_TABLES)
        except BaseException:
            self._connection.close()
            raise

    def _insert(self, rows: Sequence[tuple[str, str, bytes]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany("INSERT OR IGNORE INTO event (id, type, envelope) VALUES (?, ?, ?)", rows)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk undoes it by itself
                self._connection.execute("ROLLBACK")
            raise

    def _select(
        self, consumer: str, types: Collection[str], limit: int, seen: Version | None
    ) -> tuple[Version, list[Delivery]]:
        """The file's version, and the next deliveries; nothing is read if the version is the one `seen` before."""
        version = (self._connection.execute("PRAGMA data_version").fetchone()[0], self._connection.total_changes)
        if version == seen:
            return version, []
        again = self._connection.execute(
            "SELECT event_id, envelope FROM dead_letter WHERE consumer = ? AND replayed = 1 LIMIT ?", (consumer, limit)
        ).fetchall()
        if again:
            return version, [Delivery(REPLAYED, decode_or_keep(envelope, event_id)) for event_id, envelope in again]
        rows = self._connection.execute(
            f"SELECT position, id, envelope FROM event WHERE {_AFTER_PROGRESS} {_of(types)} ORDER BY position LIMIT ?",
            (consumer, *types, limit),
        ).fetchall()
        return version, [
            Delivery(position, decode_or_keep(envelope, event_id)) for position, event_id, envelope in rows
        ]

    def _select_type(self, event_type: str, after: int) -> list[tuple[int, str, bytes]]:
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", timeout=BUSY_SECONDS, uri=True)) as connection:
            statement = (
                "SELECT position, id, envelope FROM event WHERE type = ? AND position > ? ORDER BY position LIMIT ?"
            )
            return connection.execute(statement, (event_type, after, HISTORY_BATCH)).fetchall()

    def _advance(self, consumer: str, done: Sequence[Delivery]) -> None:
        replayed = [(consumer, delivery.event.id) for delivery in done if delivery.position == REPLAYED]
        self._connection.executemany(
            "DELETE FROM dead_letter WHERE consumer = ? AND event_id = ? AND replayed = 1", replayed
        )
        if len(replayed) < len(done):
            self._connection.execute(
                "INSERT INTO progress (consumer, position) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET position = max(position, excluded.position)",
                (consumer, done[-1].position),
            )


class EmbeddedSubscription:
    """A consumer's reader. Several of one consumer are handed the same events; its inbox makes each count once."""

    def __init__(self, log: EmbeddedLog, consumer: str, types: Collection[str]) -> None:
        self._log = log
        self._consumer = consumer
        self._types = tuple(types)

    async def read(self, *, limit: int, wait: float) -> list[Delivery]:
        log = self._log
        deadline = time.monotonic() + wait
        version: Version | None = None
        while True:
            log._appended.clear()
            version, found = await log._run(partial(log._select, self._consumer, self._types, limit, version))
            if found or time.monotonic() >= deadline:
                return found
            await set_within(log._appended, POLL_SECONDS)

    async def commit(self, done: Sequence[Delivery]) -> None:
        if done:
            await self._log._run(lambda: self._log._advance(self._consumer, done))

    async def stay(self) -> None:
        """Nobody takes anything away here."""

    async def close(self) -> None:
        """It holds nothing."""


def _of(types: Collection[str]) -> str:
    return f"AND type IN ({', '.join('?' * len(types))})" if types else ""
