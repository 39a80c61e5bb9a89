"""Recording, verifying and exporting the audit trail, and writing log entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Problems
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import known_id, new_id
from subgraphs.audit import repository
from subgraphs.audit.chain import ChainCheck, hash_of
from subgraphs.audit.models import Entry, LogEntry, LogLevel
from subgraphs.audit.settings import AuditSettings

MAX_LOG_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying the trail: the number of valid entries, and the problem of the next one, if any."""

    intact_entries: int
    problem: str | None


async def record(session: AsyncSession, events: Sequence[Event]) -> None:
    """Append events to the chain, in order, without their private data."""
    head = await repository.head(session, to_write=True)
    entries = []
    for event in events:
        entry = _entry(head.position + 1, event)
        entry.hash = hash_of(entry, head.hash)
        head.position, head.hash = entry.position, entry.hash
        entries.append(entry)
    await repository.add(session, entries)


def _entry(position: int, event: Event) -> Entry:
    return Entry(
        position=position,
        event_id=event.id,
        action=event.type,
        user_id=known_id(event.actor),
        resource_type=event.type.partition(".")[0],
        resource_id=event.subject[:64],
        client_ip=(event.clientip or "")[:64] or None,
        user_agent=(event.useragent or "")[:512] or None,
        happened_at=event.time,
        details=event.public_data(),
        hash="",
    )


async def verify(session: AsyncSession) -> Verdict:
    """Verify the whole chain, up to the first entry that was changed, removed or inserted."""
    check, reached = ChainCheck(), -1
    while True:
        async for entries in repository.batches_after(session, check.position):
            check.read(entries)
            if check.problem is not None:
                return Verdict(check.position, check.problem)
        end = await repository.head(session, to_write=False)
        if check.position >= end.position or check.position == reached:
            break
        reached = check.position  # entries were added while reading
    check.end(end.position, end.hash)
    return Verdict(check.position, check.problem)


def as_json_lines(entries: Sequence[Entry]) -> str:
    """The entries as JSON, one per line."""
    return "".join(orjson.dumps(as_json(entry)).decode() + "\n" for entry in entries)


def as_json(entry: Entry) -> dict[str, Any]:
    """The entry as JSON-compatible types, including the hash, so that others can verify the chain."""
    return {
        "position": entry.position,
        "eventId": entry.event_id,
        "action": entry.action,
        "userId": entry.user_id,
        "resourceType": entry.resource_type,
        "resourceId": entry.resource_id,
        "clientIp": entry.client_ip,
        "userAgent": entry.user_agent,
        "happenedAt": entry.happened_at.isoformat(),
        "details": entry.details,
        "hash": entry.hash,
    }


class Logs:
    """Writes log entries of the platform's programs."""

    def __init__(self, settings: AuditSettings, *, clock: Clock = utc_now) -> None:
        self._retention = timedelta(days=settings.log_retention_days)
        self._clock = clock

    async def write(self, session: AsyncSession, user_id: str, name: str, level: LogLevel, data: Any) -> LogEntry:
        """Write an entry and delete the expired ones. Raises BadInput."""
        problems = Problems()
        problems.text("name", name, min_length=1, max_length=100)
        if len(orjson.dumps(data)) > MAX_LOG_BYTES:
            problems.add("data", "TOO_LONG", f"data can have at most {MAX_LOG_BYTES} bytes of JSON.")
        problems.raise_if_any()
        now = self._clock()
        entry = LogEntry(id=new_id(), name=name.strip(), level=int(level), data=data, user_id=user_id, created_at=now)
        session.add(entry)
        await session.flush()
        await repository.delete_logs(session, now - self._retention)
        return entry
