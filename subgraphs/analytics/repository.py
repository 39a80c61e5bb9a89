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
    """Move counters by these amounts."""
    rows = [{"name": name, "value": amount} for name, amount in sorted(amounts.items())]
    await _add(session, Counter, rows, key=("name",), sums=("value",))


async def add_to_buckets(session: AsyncSession, counts: Mapping[tuple[datetime, str], int]) -> None:
    """Count events in their minutes."""
    rows = [
        {"minute": minute, "event_type": event_type, "events": count}
        for (minute, event_type), count in sorted(counts.items())
    ]
    await _add(session, Bucket, rows, key=("minute", "event_type"), sums=("events",))


async def see_users(session: AsyncSession, counts: Mapping[str, int]) -> None:
    """Count events of these users."""
    rows = [{"user_id": user_id, "events": count} for user_id, count in sorted(counts.items())]
    await _add(session, SeenUser, rows, key=("user_id",), sums=("events",))


async def _add(
    session: AsyncSession, model: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], sums: tuple[str, ...]
) -> None:
    """Make rows, or add to those that are there. They come in the order of their key: so nobody waits in a circle."""
    if rows:
        statement = insert_into(session, model)
        added = {name: getattr(model, name) + statement.excluded[name] for name in sums}
        await session.execute(statement.on_conflict_do_update(index_elements=key, set_=added), rows)


async def counters(session: AsyncSession) -> dict[str, int]:
    """Every counter."""
    rows = await session.execute(select(col(Counter.name), col(Counter.value)))
    return {row[0]: row[1] for row in rows}


async def count_seen_users(session: AsyncSession) -> int:
    """How many users have done something."""
    return int(await session.scalar(select(func.count()).select_from(SeenUser)) or 0)


async def minutes(
    session: AsyncSession, since: datetime, until: datetime, event_type: str | None
) -> list[tuple[datetime, int]]:
    """Minutes from `since` up to `until` in which something happened, with how much."""
    statement = select(col(Bucket.minute), func.sum(col(Bucket.events))).where(
        col(Bucket.minute) >= since, col(Bucket.minute) < until
    )
    if event_type is not None:
        statement = statement.where(col(Bucket.event_type) == event_type)
    rows = await session.execute(statement.group_by(col(Bucket.minute)).order_by(col(Bucket.minute)))
    return [(row[0], int(row[1])) for row in rows]


async def forget_all(session: AsyncSession) -> None:
    """Empty everything that is counted, so that it can be counted again."""
    for model in (Counter, Bucket, SeenUser, Total, Activity):
        await session.execute(delete(model))


async def add_to_totals(session: AsyncSession, more: Mapping[tuple[TotalKind, str], tuple[int, int]]) -> None:
    """Move what products and users come to."""
    rows = [
        {"kind": kind.value, "id": key, "transactions": transactions, "amount_minor": amount}
        for (kind, key), (transactions, amount) in sorted(more.items(), key=lambda item: (item[0][0].value, item[0][1]))
    ]
    await _add(session, Total, rows, key=("kind", "id"), sums=("transactions", "amount_minor"))


async def top(session: AsyncSession, kind: TotalKind, limit: int) -> list[Total]:
    """Those that come to most, the first first."""
    most = select(Total).where(col(Total.kind) == kind.value, col(Total.transactions) > 0)
    ranked = most.order_by(col(Total.amount_minor).desc(), col(Total.id)).limit(limit)
    return list(await session.scalars(ranked))


async def note_activity(session: AsyncSession, rows: Sequence[Activity]) -> None:
    """Write down what happened."""
    session.add_all(rows)
    await session.flush()


async def latest_activity(session: AsyncSession) -> str:
    """The id of what was noted last; one before all where there is nothing."""
    found = await session.scalar(select(col(Activity.id)).order_by(col(Activity.id).desc()).limit(1))
    return found or "00000000-0000-0000-0000-000000000000"


async def activity_after(session: AsyncSession, after_id: str, limit: int) -> list[Activity]:
    """What was noted since, oldest first."""
    newer = select(Activity).where(col(Activity.id) > after_id).order_by(col(Activity.id)).limit(limit)
    return list(await session.scalars(newer))


async def forget_activity(session: AsyncSession, keep: int) -> None:
    """Forget all but what was noted last."""
    oldest = select(col(Activity.id)).order_by(col(Activity.id).desc()).offset(keep).limit(1).scalar_subquery()
    await session.execute(delete(Activity).where(col(Activity.id) <= oldest))
