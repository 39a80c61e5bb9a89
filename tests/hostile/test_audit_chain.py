"""The audit chain shows tampering by somebody who can write its table and knows how hashes are made."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.migrate import Migrations, upgrade
from subgraphs.audit.app import MIGRATIONS
from subgraphs.audit.chain import START, hash_of, plain_hash_of
from subgraphs.audit.chain_key import ChainKey
from subgraphs.audit.models import Entry
from tests.hostile.callers import Caller, Harbour, harbour

VERIFY = "{ verifyAuditTrail { intact intactEntries anchoredEntries erasedEntries problem } }"
DEADLINE = 30.0  # seconds
Tamper = Callable[[sqlite3.Connection], object]
ENTRIES = 8  # of two accounts, their sessions and a task


async def verdict(admin: Caller) -> dict[str, Any]:
    """The result of verifying the trail."""
    found: dict[str, Any] = (await admin.data(VERIFY))["verifyAuditTrail"]
    return found


async def anchored(admin: Caller) -> dict[str, Any]:
    """The verdict, once all entries are written, and an anchor covers them."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        found = await verdict(admin)
        assert found["intact"], found
        if found["anchoredEntries"] == found["intactEntries"] >= ENTRIES:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


@asynccontextmanager
async def anchored_chain(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Harbour, Caller, int]]:
    """The platform with some entries that are anchored, an admin, and the number of entries."""
    monkeypatch.setenv("HANSE_AUDIT_ANCHOR_SECONDS", "0.1")
    async with harbour(folder, monkeypatch) as place:
        admin = await place.admin()
        user = await place.registered("ada")
        await user.data('mutation { createTask(input: {title: "Mend the topsail"}) { id } }')
        yield place, admin, (await anchored(admin))["intactEntries"]


def rows(connection: sqlite3.Connection) -> list[Entry]:
    """All entries, as the writer of the table reads them."""
    connection.row_factory = sqlite3.Row
    found = [dict(row) for row in connection.execute("SELECT * FROM audit_entries ORDER BY position")]
    for row in found:
        row["details"], row["personal"] = json.loads(row["details"]), json.loads(row["personal"] or "null")
        row |= {name: str(UUID(row[name])) for name in ("event_id", "user_id", "person_id") if row[name]}
        row["happened_at"] = datetime.fromisoformat(row["happened_at"]).replace(tzinfo=UTC)
    return [Entry(**row) for row in found]


def cut(connection: sqlite3.Connection) -> None:
    """Remove the last two entries, and put the head where it was before them."""
    kept = rows(connection)[-3]
    connection.execute("DELETE FROM audit_entries WHERE position > ?", (kept.position,))
    connection.execute("UPDATE audit_head SET position = ?, hash = ?", (kept.position, kept.hash))


def swap(connection: sqlite3.Connection) -> None:
    """Swap the second and the third entry."""
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        connection.execute("UPDATE audit_entries SET position = ? WHERE position = ?", (new, old))


def write_hashes(connection: sqlite3.Connection, hash_after: Callable[[Entry, str], str], version: int) -> None:
    """Change an action, and compute all hashes and the head again."""
    connection.execute("UPDATE audit_entries SET action = 'box.opened' WHERE position = 2")
    connection.execute("UPDATE audit_entries SET version = ?", (version,))
    previous = START
    for entry in rows(connection):
        previous = hash_after(entry, previous)
        connection.execute("UPDATE audit_entries SET hash = ? WHERE position = ?", (previous, entry.position))
    connection.execute("UPDATE audit_head SET hash = ?", (previous,))


def rewrite_plain(connection: sqlite3.Connection) -> None:
    """Make it a chain of the older version, which needs no key."""
    write_hashes(connection, plain_hash_of, 1)


def rewrite_keyed(folder: Path) -> Tamper:
    """With a key of one's own."""
    own = ChainKey(folder / "own.json")
    own.open(0)
    return lambda connection: write_hashes(connection, lambda entry, previous: hash_of(entry, previous, own), 2)


def rewrite_with_the_key(folder: Path) -> Tamper:
    """With the stolen key: then only the anchors show it."""
    stolen = ChainKey(folder / "keys" / "audit-chain.json")
    stolen.open(0)
    return lambda connection: write_hashes(connection, lambda entry, previous: hash_of(entry, previous, stolen), 2)


def erase(connection: sqlite3.Connection) -> None:
    """Remove what somebody typed as if they were deleted."""
    connection.execute("UPDATE audit_entries SET personal = NULL, personal_salt = NULL WHERE personal_salt NOT NULL")


def empty(connection: sqlite3.Connection) -> None:
    """Remove everything, and start from the beginning."""
    connection.execute("DELETE FROM audit_entries")
    connection.execute("UPDATE audit_head SET position = 0, hash = ?", (START,))


@pytest.mark.timeout(180)
async def test_tampering_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with anchored_chain(tmp_path, monkeypatch) as (place, admin, entries):
        attacks: list[tuple[Tamper, str]] = [
            (cut, f"entry {entries - 1} is missing"),
            (swap, "entry 2 was changed"),
            (rewrite_plain, "entry 1 was changed"),
            (rewrite_keyed(tmp_path), "entry 1 was changed"),
            (rewrite_with_the_key(tmp_path), "anchor in the event log"),
            (erase, "was erased, and its user was not deleted"),
            (empty, "entry 1 is missing"),
            (lambda connection: connection.execute("UPDATE audit_entries SET client_ip = '::1'"), "was changed"),
        ]
        file = tmp_path / "audit.sqlite"
        before = await asyncio.to_thread(statements_of, file)
        for tamper, problem in attacks:
            await asyncio.to_thread(run, file, tamper)
            found = await verdict(admin)
            assert not found["intact"], tamper
            assert problem in str(found["problem"]), found
            await asyncio.to_thread(run, file, lambda connection: restore(connection, before))
        assert await verdict(admin) | {"erasedEntries": 0} == await anchored(admin)
        assert place.folder == tmp_path


def run(file: Path, act: Tamper) -> None:
    """Change the database in one transaction."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=DEADLINE)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        act(connection)
        connection.execute("COMMIT")


def statements_of(file: Path) -> list[str]:
    """What inserts all entries and the head."""
    with closing(sqlite3.connect(file)) as connection:
        return [line for line in connection.iterdump() if line.startswith('INSERT INTO "audit_')]


def restore(connection: sqlite3.Connection, statements: list[str]) -> None:
    """Put back what was there before."""
    for statement in ("DELETE FROM audit_entries", "DELETE FROM audit_head", *statements):
        connection.execute(statement)


@pytest.mark.timeout(120)
async def test_a_forged_anchor_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with anchored_chain(tmp_path, monkeypatch) as (place, admin, entries):
        log = place.subgraphs["audit"].events
        assert log is not None
        data = {"id": new_id(), "position": 2, "hash": "0" * 64, "mac": "0" * 64}
        await log.append([Event(type="audit.anchored", subject=str(data["id"]), source="/audit", data=data)])
        assert (await verdict(admin))["problem"] == "the event log has a forged anchor of entry 2"
        assert entries >= 5


@pytest.mark.timeout(120)
async def test_a_chain_of_the_older_version_goes_on_with_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_older_chain(tmp_path, entries=4)
    async with anchored_chain(tmp_path, monkeypatch) as (_, admin, entries):
        assert entries > 4
        await asyncio.to_thread(run, tmp_path / "audit.sqlite", rewrite_older)
        found = await verdict(admin)
        seals = ("entry 5 was changed", "entry 4 differs from its anchor in the event log")
        assert found["problem"] in seals, "the first keyed entry and the anchors seal those before them"


def rewrite_older(connection: sqlite3.Connection) -> None:
    """Change an entry of the older version, and compute the hashes of all of them again."""
    entries = rows(connection)
    assert [entry.version for entry in entries] == [1] * 4 + [2] * (len(entries) - 4)
    entries[1].action, previous = "box.opened", START
    for entry in entries[:4]:
        previous = plain_hash_of(entry, previous)
        values = (entry.action, previous, entry.position)
        connection.execute("UPDATE audit_entries SET action = ?, hash = ? WHERE position = ?", values)


async def make_older_chain(folder: Path, *, entries: int) -> None:
    """A chain as version 0.2.0 left it."""
    from subgraphs.audit.app import create
    from subgraphs.audit.settings import AuditSettings

    app = create(AuditSettings.load(data_dir=folder))
    await upgrade(app.database, Migrations(MIGRATIONS.folder, MIGRATIONS.models), "0001")
    await app.database.close()
    with closing(sqlite3.connect(folder / "audit.sqlite", isolation_level=None)) as connection:
        previous = START
        for position in range(1, entries + 1):
            entry = Entry(
                position=position,
                event_id=new_id(),
                action="box.moved",
                resource_type="box",
                resource_id="b",
                client_ip="10.0.0.1",
                happened_at=datetime(2026, 3, 1, tzinfo=UTC),
                details={"place": position},
                hash="",
                version=1,
            )
            previous = plain_hash_of(entry, previous)
            connection.execute(
                "INSERT INTO audit_entries (position, event_id, action, resource_type, resource_id, client_ip, "
                "happened_at, details, hash) VALUES (?, ?, ?, 'box', 'b', ?, '2026-03-01 00:00:00.000000', ?, ?)",
                (
                    position,
                    entry.event_id.replace("-", ""),
                    entry.action,
                    entry.client_ip,
                    json.dumps(entry.details),
                    previous,
                ),
            )
        connection.execute("UPDATE audit_head SET position = ?, hash = ?", (entries, previous))
