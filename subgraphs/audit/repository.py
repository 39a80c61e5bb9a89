"""Every SQL statement of the audit subgraph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.audit.models import Entry, Head, LogEntry

_LATEST_FIRST = (Key(col(Entry.position), lambda entry: entry.position, descending=True),)
_NEWEST_FIRST = (Key(col(LogEntry.id), lambda entry: entry.id, descending=True),)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries a list holds; what is None does not matter. `concerning`: done by this user, or to them."""

    concerning: str | None = None
    user_id: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def head(session: AsyncSession, *, to_write: bool) -> Head:
    """The chain's end as it is now; to write, held until the transaction ends: one writer at a time."""
    statement = select(Head).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if to_write else statement)).one()


async def add(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Write entries, and the end of the chain with them."""
    session.add_all(entries)
    await session.flush()


async def in_order(session: AsyncSession, after: int) -> AsyncIterator[Sequence[Entry]]:
    """All entries past a position, some at a time."""
    while True:
        statement = select(Entry).where(col(Entry.position) > after).order_by(col(Entry.position)).limit(BATCH)
        batch = (await session.scalars(statement)).all()
        if not batch:
            return
        yield batch
        after = batch[-1].position
        session.expunge_all()


def _matching(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.concerning is not None:
        conditions.append(or_(col(Entry.user_id) == wanted.concerning, col(Entry.resource_id) == wanted.concerning))
    exactly = {
        col(Entry.user_id): wanted.user_id,
        col(Entry.action): wanted.action,
        col(Entry.resource_type): wanted.resource_type,
        col(Entry.resource_id): wanted.resource_id,
    }
    conditions += [column == value for column, value in exactly.items() if value is not None]
    if wanted.since is not None:
        conditions.append(col(Entry.happened_at) >= wanted.since)
    if wanted.until is not None:
        conditions.append(col(Entry.happened_at) < wanted.until)
    return conditions


async def page_of_entries(session: AsyncSession, page: PageRequest, wanted: EntryFilter) -> Slice[Entry]:
    """Entries, newest first."""
    return await read_slice(session, select(Entry).where(*_matching(wanted)), _LATEST_FIRST, page)


async def count_entries(session: AsyncSession, wanted: EntryFilter) -> int:
    """How many the list above has in all."""
    return int(await session.scalar(select(func.count()).select_from(Entry).where(*_matching(wanted))) or 0)


async def first_entries(session: AsyncSession, wanted: EntryFilter, after: int, limit: int) -> Sequence[Entry]:
    """The entries past a position, in their order."""
    statement = select(Entry).where(*_matching(wanted), col(Entry.position) > after)
    return (await session.scalars(statement.order_by(col(Entry.position)).limit(limit))).all()


def _logged(name: str | None, least: int, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(LogEntry.level) >= least]
    if name is not None:
        conditions.append(col(LogEntry.name) == name)
    if since is not None:
        conditions.append(col(LogEntry.created_at) >= since)
    return conditions


async def page_of_logs(
    session: AsyncSession, page: PageRequest, name: str | None, least: int, since: datetime | None
) -> Slice[LogEntry]:
    """Log entries, newest first."""
    return await read_slice(session, select(LogEntry).where(*_logged(name, least, since)), _NEWEST_FIRST, page)


async def count_logs(session: AsyncSession, name: str | None, least: int, since: datetime | None) -> int:
    """How many the list above has in all."""
    statement = select(func.count()).select_from(LogEntry).where(*_logged(name, least, since))
    return int(await session.scalar(statement) or 0)


async def forget_logs(session: AsyncSession, before: datetime) -> None:
    """Delete old log entries."""
    await session.execute(delete(LogEntry).where(col(LogEntry.created_at) < before))
