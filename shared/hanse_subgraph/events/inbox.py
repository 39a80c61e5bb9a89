"""The inbox: which events a consumer has handled, written in the transaction of their effect."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.db import insert_into
from hanse_subgraph.events.tables import inbox


async def handled(session: AsyncSession, consumer: str, event_ids: Collection[str]) -> set[str]:
    """Which of these the consumer has handled already."""
    rows = await session.execute(
        select(inbox.c.event_id).where(inbox.c.consumer == consumer, inbox.c.event_id.in_(event_ids))
    )
    return set(rows.scalars())


async def mark_all_handled(session: AsyncSession, consumer: str, event_ids: Collection[str], at: datetime) -> set[str]:
    """The effects of these shall be in this transaction: which of them.

    The others are in one that came first; where it was not at its end, it is waited for. Ids are written in order, so
    that two who mark the same do not wait for each other.
    """
    if not event_ids:
        return set()
    rows = [{"consumer": consumer, "event_id": event_id, "handled_at": at} for event_id in sorted(event_ids)]
    marked = await session.execute(
        insert_into(session, inbox).on_conflict_do_nothing().returning(inbox.c.event_id), rows
    )
    return set(marked.scalars())


async def forget_handled(session: AsyncSession, consumer: str, before: datetime) -> None:
    """Delete what happened and was handled long ago, and will not come again."""
    oldest = UUID(int=int(before.timestamp() * 1000) << 80)  # ids are UUIDv7: the index finds what happened before
    old = (inbox.c.consumer == consumer, inbox.c.event_id < str(oldest), inbox.c.handled_at < before)
    await session.execute(delete(inbox).where(*old))


async def forget_all(session: AsyncSession, consumer: str) -> None:
    """As if the consumer had handled nothing: for rebuilding from the log."""
    await session.execute(delete(inbox).where(inbox.c.consumer == consumer))


# Until no event can come again: after a relay or consumer was down for weeks, or a letter is replayed late. On Kafka
# `offsets.retention.minutes` should be as long: a consumer that was stopped for longer starts from the beginning.
RETENTION = timedelta(days=90)
