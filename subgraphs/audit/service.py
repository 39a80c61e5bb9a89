"""Recording, verifying and exporting the audit trail, and writing log entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Problems, Unavailable
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.log import EventLog, LogUnavailable
from hanse_subgraph.ids import known_id, new_id
from subgraphs.audit import repository
from subgraphs.audit.anchors import ForgedAnchor, anchors_in
from subgraphs.audit.chain import DELETION, KEYED, ChainCheck, client_digest, hash_of, new_salt, personal_digest
from subgraphs.audit.chain_key import ChainKey
from subgraphs.audit.events import AuditAnchored
from subgraphs.audit.models import Entry, LogEntry, LogLevel
from subgraphs.audit.repository import EntryFilter
from subgraphs.audit.settings import AuditSettings

MAX_LOG_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying the trail.

    `intact_entries` is the number of valid entries, `problem` that of the next one, if any. `anchored_entries` are
    covered by an anchor in the event log. The personal data of `erased_entries` were erased with their user.
    """

    intact_entries: int
    anchored_entries: int
    erased_entries: int
    problem: str | None


class Trail:
    """Records, erases and verifies the audit trail."""

    def __init__(self, settings: AuditSettings, *, clock: Clock = utc_now) -> None:
        self.key = ChainKey(settings.chain_key)
        self._clock = clock

    async def record(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Append events to the chain, in order, without their private data. Erases the personal data of deleted users.

        Anchors are not recorded: each would move the head, and need another one.
        """
        head = await repository.head(session, to_write=True)
        self.key.open(head.position)
        entries = []
        for event in events:
            if event.type == AuditAnchored.event_type:
                continue
            entry = _entry(head.position + 1, event)
            entry.hash = hash_of(entry, head.hash, self.key)
            head.position, head.hash = entry.position, entry.hash
            entries.append(entry)
        await repository.add(session, entries)
        for event in events:
            if event.type == DELETION:
                await repository.erase_person(session, event.subject, self._clock())
                await repository.erase_logs(session, event.subject)

    async def verify(self, session: AsyncSession, events: EventLog) -> Verdict:
        """Verify the whole chain, up to the first entry that was changed, removed or inserted. Raises Unavailable."""
        self.key.open((await repository.head(session, to_write=False)).position)
        try:
            check = ChainCheck(self.key, await anchors_in(events, self.key))
        except ForgedAnchor as error:
            return Verdict(0, 0, 0, str(error))
        except LogUnavailable as error:
            raise Unavailable(
                "The event log is unavailable, and the trail was not verified. Try again later."
            ) from error
        await self._read_all(session, check)
        return Verdict(check.position, check.anchored_entries, check.erased_entries, check.problem)

    async def _read_all(self, session: AsyncSession, check: ChainCheck) -> None:
        reached = -1
        while True:
            async for entries in repository.batches_after(session, check.position):
                check.read(entries)
                if check.problem is not None:
                    return
            end = await repository.head(session, to_write=False)
            if check.position >= end.position or check.position == reached:
                break
            reached = check.position  # entries were added while reading
        check.end(end.position, end.hash)


def _entry(position: int, event: Event) -> Entry:
    entry = Entry(
        position=position,
        event_id=event.id,
        action=event.type,
        user_id=known_id(event.actor),
        resource_type=event.type.partition(".")[0],
        resource_id=event.subject[:64],
        client_ip=(event.clientip or "")[:64] or None,
        user_agent=(event.useragent or "")[:512] or None,
        happened_at=event.time,
        details=event.impersonal_data(),
        hash="",
        version=KEYED,
        person_id=known_id(event.person),
    )
    if personal := event.personal_data():
        entry.personal, entry.personal_salt = personal, new_salt()
        entry.personal_digest = personal_digest(entry)
    if entry.client_ip or entry.user_agent:
        entry.client_salt = new_salt()
        entry.client_digest = client_digest(entry)
    return entry


@dataclass(frozen=True, slots=True)
class Export:
    """Entries as JSON, one per line. `last_position` is that of the last one if there are more."""

    json_lines: str
    entries: int
    last_position: int | None


async def export(session: AsyncSession, condition: EntryFilter, after: int, limit: int) -> Export:
    """The first `limit` entries after a position."""
    lines: list[str] = []
    last = after
    async for entries in repository.batches_after(session, after, condition, limit + 1):
        shown = entries[: limit - len(lines)]
        lines += [orjson.dumps(as_json(entry)).decode() for entry in shown]
        if len(shown) < len(entries):
            return Export(_joined(lines), len(lines), last if not shown else shown[-1].position)
        last = shown[-1].position
    return Export(_joined(lines), len(lines), None)


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def as_json(entry: Entry) -> dict[str, Any]:
    """The entry as JSON-compatible types, including what its hash covers, so that who has the key can verify it."""
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
        "personal": entry.personal,
        "version": entry.version,
        "personId": entry.person_id,
        "personalSalt": entry.personal_salt,
        "personalDigest": entry.personal_digest,
        "clientSalt": entry.client_salt,
        "clientDigest": entry.client_digest,
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
