"""Every SQL statement of the analytics subgraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from subgraphs.analytics.models import Activity, Bucket, Counter, SeenUser, Total, TotalKind


async def add(session: AsyncSession, amounts: Mapping[str, int]) -> None:
    """Add these amounts to counters."""
    rows = [{"name": name, "value": amount} for name, amount in sorted(amounts.items())]
    await _add(session, Counter, rows, key=("name",), sums=("value",))


async def add_to_buckets(session: AsyncSession, counts: Mapping[tuple[datetime, str], int]) -> None:
    """Add numbers of events to minutes."""
    rows = [
        {"minute": minute, "event_type": event_type, "events": count}
        for (minute, event_type), count in sorted(counts.items())
    ]
    await _add(session, Bucket, rows, key=("minute", "event_type"), sums=("events",))


async def add_to_seen_users(session: AsyncSession, counts: Mapping[str, int]) -> None:
    """Add numbers of events to users."""
    rows = [{"user_id": user_id, "events": count} for user_id, count in sorted(counts.items())]
    await _add(session, SeenUser, rows, key=("user_id",), sums=("events",))


async def _add(
    session: AsyncSession, model: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], sums: tuple[str, ...]
) -> None:
    """Insert rows, or add to existing ones. The rows are sorted by key, which prevents deadlocks."""
    if rows:
        statement = insert_into(session, model)
        added = {name: getattr(model, name) + statement.excluded[name] for name in sums}
        await session.execute(statement.on_conflict_do_update(index_elements=key, set_=added), rows)


async def counters(session: AsyncSession) -> dict[str, int]:
    """All counters, by name."""
    rows = await session.execute(select(col(Counter.name), col(Counter.value)))
    return {row[0]: row[1] for row in rows}


async def count_seen_users(session: AsyncSession) -> int:
    """The number of users who caused at least one event."""
    return int(await session.scalar(select(func.count()).select_from(SeenUser)) or 0)


async def events_per_minute(
    session: AsyncSession, since: datetime, until: datetime, event_type: str | None
) -> list[tuple[datetime, int]]:
    """The minutes in [since, until) with events, and their numbers of events."""
    statement = select(col(Bucket.minute), func.sum(col(Bucket.events))).where(
        col(Bucket.minute) >= since, col(Bucket.minute) < until
    )
    if event_type is not None:
        statement = statement.where(col(Bucket.event_type) == event_type)
    rows = await session.execute(statement.group_by(col(Bucket.minute)).order_by(col(Bucket.minute)))
    return [(row[0], int(row[1])) for row in rows]


async def delete_all(session: AsyncSession) -> None:
    """Delete all statistics."""
    for model in (Counter, Bucket, SeenUser, Total, Activity):
        await session.execute(delete(model))


async def add_to_totals(session: AsyncSession, changes: Mapping[tuple[TotalKind, str], tuple[int, int]]) -> None:
    """Add (number, amount) of transactions to the totals of products and users."""
    rows = [
        {"kind": kind.value, "id": key, "transactions": transactions, "amount_minor": amount}
        for (kind, key), (transactions, amount) in sorted(
            changes.items(), key=lambda item: (item[0][0].value, item[0][1])
        )
    ]
    await _add(session, Total, rows, key=("kind", "id"), sums=("transactions", "amount_minor"))


async def top(session: AsyncSession, kind: TotalKind, limit: int) -> list[Total]:
    """The totals with the highest amounts, highest first."""
    candidates = select(Total).where(col(Total.kind) == kind.value, col(Total.transactions) > 0)
    ranked = candidates.order_by(col(Total.amount_minor).desc(), col(Total.id)).limit(limit)
    return list(await session.scalars(ranked))


async def add_activity(session: AsyncSession, rows: Sequence[Activity]) -> None:
    """Store recent events."""
    session.add_all(rows)
    await session.flush()


async def erase_activity(session: AsyncSession, person_ids: Sequence[str]) -> None:
    """Delete the stored events that hold personal data of deleted users."""
    await session.execute(delete(Activity).where(col(Activity.person_id).in_(person_ids)))


async def latest_activity(session: AsyncSession) -> str:
    """The id of the latest stored event; an id before all others if there is none."""
    found = await session.scalar(select(col(Activity.id)).order_by(col(Activity.id).desc()).limit(1))
    return found or "00000000-0000-0000-0000-000000000000"


async def activity_after(session: AsyncSession, after_id: str, limit: int) -> list[Activity]:
    """The events stored after this id, oldest first."""
    newer = select(Activity).where(col(Activity.id) > after_id).order_by(col(Activity.id)).limit(limit)
    return list(await session.scalars(newer))


async def prune_activity(session: AsyncSession, keep: int) -> None:
    """Delete all but the latest `keep` events."""
    oldest = select(col(Activity.id)).order_by(col(Activity.id).desc()).offset(keep).limit(1).scalar_subquery()
    await session.execute(delete(Activity).where(col(Activity.id) <= oldest))
