"""The inbox: which events a consumer has handled, written in the transaction of their effect."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.tables import inbox


async def handled(session: AsyncSession, consumer: str, event_ids: Collection[str]) -> set[str]:
    """Which of these the consumer has handled already."""
    rows = await session.execute(
        select(inbox.c.event_id).where(inbox.c.consumer == consumer, inbox.c.event_id.in_(event_ids))
    )
    return set(rows.scalars())


async def mark_handled(session: AsyncSession, consumer: str, event_id: str, at: datetime) -> None:
    """The event's effect is in this transaction. Raises IntegrityError where another took it first."""
    await session.execute(insert(inbox).values(consumer=consumer, event_id=event_id, handled_at=at))


async def forget_all(session: AsyncSession, consumer: str) -> None:
    """As if the consumer had handled nothing: for rebuilding from the log."""
    await session.execute(delete(inbox).where(inbox.c.consumer == consumer))
