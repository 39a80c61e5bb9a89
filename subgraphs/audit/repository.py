"""Every SQL statement of the audit subgraph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.audit.chain import ABOUT_USERS, PLAIN
from subgraphs.audit.models import Entry, Head, LogEntry

_LAST_POSITION_FIRST = (Key(col(Entry.position), lambda entry: entry.position, descending=True),)
_NEWEST_FIRST = (Key(col(LogEntry.id), lambda entry: entry.id, descending=True),)
BATCH = 50
"""Entries that are read, and then handled, in one step of the event loop: some milliseconds."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Conditions for a list of entries; None means no condition. `concerning` is the actor or the resource."""

    concerning: str | None = None
    user_id: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_ENTRY = EntryFilter()


async def head(session: AsyncSession, *, to_write: bool) -> Head:
    """The current end of the chain. With `to_write`, its row is locked until the transaction ends."""
    statement = select(Head).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if to_write else statement)).one()


async def add(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Write entries, together with the changed end of the chain."""
    session.add_all(entries)
    await session.flush()


async def erase_person(session: AsyncSession, person_id: str, at: datetime) -> None:
    """Erase the personal data of a deleted user from all entries."""
    personal = {"personal": null(), "personal_salt": None, "erased_at": at}
    client = {"client_ip": None, "user_agent": None, "client_salt": None, "erased_at": at}
    is_plain, is_about = col(Entry.version) == PLAIN, col(Entry.resource_id) == person_id
    by_person = or_(
        col(Entry.user_id) == person_id, and_(col(Entry.user_id).is_(None), col(Entry.person_id) == person_id)
    )
    concerns = or_(col(Entry.user_id) == person_id, and_(col(Entry.resource_type).in_(ABOUT_USERS), is_about))
    has_personal = and_(col(Entry.person_id) == person_id, col(Entry.personal_salt).is_not(None))
    await session.execute(update(Entry).where(has_personal).values(**personal))
    await session.execute(update(Entry).where(by_person, col(Entry.client_salt).is_not(None)).values(**client))
    await session.execute(update(Entry).where(concerns, is_plain).values(**client, details={}))


async def erase_logs(session: AsyncSession, user_id: str) -> None:
    """Delete the log entries that a deleted user wrote."""
    await session.execute(delete(LogEntry).where(col(LogEntry.user_id) == user_id))


async def batches_after(
    session: AsyncSession, after: int, condition: EntryFilter = EVERY_ENTRY, limit: int | None = None
) -> AsyncIterator[Sequence[Entry]]:
    """The entries after a position, in order and in batches; with `limit`, no more than so many."""
    while limit is None or limit > 0:
        size = BATCH if limit is None else min(BATCH, limit)
        statement = select(Entry).where(*_matching(condition), col(Entry.position) > after)
        batch = (await session.scalars(statement.order_by(col(Entry.position)).limit(size))).all()
        if not batch:
            return
        yield batch
        after = batch[-1].position
        limit = None if limit is None else limit - len(batch)
        session.expunge_all()


def _matching(condition: EntryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if condition.concerning is not None:
        conditions.append(
            or_(col(Entry.user_id) == condition.concerning, col(Entry.resource_id) == condition.concerning)
        )
    exactly = {
        col(Entry.user_id): condition.user_id,
        col(Entry.action): condition.action,
        col(Entry.resource_type): condition.resource_type,
        col(Entry.resource_id): condition.resource_id,
    }
    conditions += [column == value for column, value in exactly.items() if value is not None]
    if condition.since is not None:
        conditions.append(col(Entry.happened_at) >= condition.since)
    if condition.until is not None:
        conditions.append(col(Entry.happened_at) < condition.until)
    return conditions


async def page_of_entries(session: AsyncSession, page: PageRequest, condition: EntryFilter) -> Slice[Entry]:
    """A page of entries, newest first."""
    return await read_slice(session, select(Entry).where(*_matching(condition)), _LAST_POSITION_FIRST, page)


async def count_entries(session: AsyncSession, condition: EntryFilter) -> int:
    """The total number of entries in the list of `page_of_entries`."""
    return int(await session.scalar(select(func.count()).select_from(Entry).where(*_matching(condition))) or 0)


def _matching_logs(name: str | None, min_level: int, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(LogEntry.level) >= min_level]
    if name is not None:
        conditions.append(col(LogEntry.name) == name)
    if since is not None:
        conditions.append(col(LogEntry.created_at) >= since)
    return conditions


async def page_of_logs(
    session: AsyncSession, page: PageRequest, name: str | None, min_level: int, since: datetime | None
) -> Slice[LogEntry]:
    """A page of log entries, newest first."""
    return await read_slice(
        session, select(LogEntry).where(*_matching_logs(name, min_level, since)), _NEWEST_FIRST, page
    )


async def count_logs(session: AsyncSession, name: str | None, min_level: int, since: datetime | None) -> int:
    """The total number of log entries in the list of `page_of_logs`."""
    statement = select(func.count()).select_from(LogEntry).where(*_matching_logs(name, min_level, since))
    return int(await session.scalar(statement) or 0)


async def delete_logs(session: AsyncSession, before: datetime) -> None:
    """Delete the log entries created before this time."""
    await session.execute(delete(LogEntry).where(col(LogEntry.created_at) < before))
