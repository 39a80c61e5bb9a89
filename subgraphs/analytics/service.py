"""The business verbs of the analytics subgraph: counting, and reading what was counted."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.errors import BadInput, FieldProblem
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import known_id, new_id
from subgraphs.analytics import repository
from subgraphs.analytics.models import Activity, TotalKind

# Which counters an event moves; where it depends on what the event says, `_said` tells.
COUNTED: dict[str, dict[str, int]] = {
    "user.registered": {"users": 1},
    "user.deleted": {"users": -1},
    "user.signed_in": {"sign_ins": 1},
    "sign_in.failed": {"failed_sign_ins": 1},
    "product.created": {"products": 1},
    "product.deleted": {"products": -1},
}
TASK_STATUSES = ("todo", "in_progress", "done", "cancelled")
MOST_POINTS = 2000
KEPT_ACTIVITY = 2000


class Step(Enum):
    """How long one point of a time series is."""

    MINUTE = timedelta(minutes=1)
    HOUR = timedelta(hours=1)
    DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What has been counted so far."""

    events_processed: int
    unique_users: int
    users: int
    products: int
    sign_ins: int
    failed_sign_ins: int
    tasks: dict[str, int]  # by status
    total_transactions: int
    total_amount_minor: int
    total_paid_transactions: int
    total_paid_amount_minor: int
    media_bytes: int


@dataclass(frozen=True, slots=True)
class Point:
    """How many events happened in the step that begins then."""

    begins_at: datetime
    events: int


async def count(session: AsyncSession, events: Sequence[Event]) -> None:
    """Count events: what they move is added up first, so that many take few statements."""
    moved: Tally[str] = Tally()
    buckets: Tally[tuple[datetime, str]] = Tally()
    for event in events:
        moved.update({"events_processed": 1, **COUNTED.get(event.type, {})})
        moved.update(_said(event))
        buckets[event.time.replace(second=0, microsecond=0), event.type] += 1
    await repository.add(session, moved)
    await repository.add_to_buckets(session, buckets)
    await repository.see_users(session, Tally(event.actor for event in events if event.actor is not None))
    await repository.add_to_totals(session, _totals(events))
    await _note(session, events)


def _totals(events: Sequence[Event]) -> dict[tuple[TotalKind, str], tuple[int, int]]:
    """What the products and users of transactions come to more: transactions, and their amount."""
    totals: dict[tuple[TotalKind, str], tuple[int, int]] = {}
    for event in events:
        match event.type, event.data:
            case "transaction.created", {"productId": str(product), "amountMinor": int(amount)}:
                key, count, more = (TotalKind.PRODUCT, product), 1, amount
            case "transaction.cancelled", {"productId": str(product), "amountMinor": int(amount)}:
                key, count, more = (TotalKind.PRODUCT, product), -1, -amount
            case "transaction.paid", {"userId": str(user), "amountMinor": int(amount)}:
                key, count, more = (TotalKind.USER, user), 1, amount
            case _:
                continue
        before = totals.get(key, (0, 0))
        totals[key] = (before[0] + count, before[1] + more)
    return totals


async def _note(session: AsyncSession, events: Sequence[Event]) -> None:
    """Note what happened for those who watch, without what is private; now and then forget what is old."""
    rows = [
        Activity(
            id=new_id(),
            event_type=event.type[:64],
            subject=event.subject[:64],
            actor_id=known_id(event.actor),
            data=event.public_data(),
            happened_at=event.time,
        )
        for event in events
    ]
    await repository.note_activity(session, rows)
    if any(int(row.id[-2:], 16) == 0 for row in rows):
        await repository.forget_activity(session, KEPT_ACTIVITY)


def _said(event: Event) -> dict[str, int]:
    """What an event moves by what it says."""
    match event.type, event.data:
        case "task.created", {"status": str(status)}:
            return {f"tasks_{status}": 1}
        case "task.deleted", {"status": str(status)}:
            return {f"tasks_{status}": -1}
        case "media.uploaded", {"sizeBytes": int(size)}:
            return {"media_bytes": size}
        case "media.deleted", {"sizeBytes": int(size)}:
            return {"media_bytes": -size}
        case "transaction.created", {"amountMinor": int(amount)}:
            return {"transactions": 1, "transacted_minor": amount}
        case "transaction.cancelled", {"amountMinor": int(amount)}:
            return {"transactions": -1, "transacted_minor": -amount}
        case "transaction.paid", {"amountMinor": int(amount)}:
            return {"paid_transactions": 1, "paid_minor": amount}
        case "task.status_changed", {"before": str(before), "status": str(status)}:
            return {f"tasks_{before}": -1, f"tasks_{status}": 1}
        case _:
            return {}


async def statistics(session: AsyncSession) -> Statistics:
    """What has been counted so far."""
    counted = await repository.counters(session)
    return Statistics(
        events_processed=counted.get("events_processed", 0),
        unique_users=await repository.count_seen_users(session),
        users=counted.get("users", 0),
        products=counted.get("products", 0),
        sign_ins=counted.get("sign_ins", 0),
        failed_sign_ins=counted.get("failed_sign_ins", 0),
        tasks={status: counted.get(f"tasks_{status}", 0) for status in TASK_STATUSES},
        total_transactions=counted.get("transactions", 0),
        total_amount_minor=counted.get("transacted_minor", 0),
        total_paid_transactions=counted.get("paid_transactions", 0),
        total_paid_amount_minor=counted.get("paid_minor", 0),
        media_bytes=counted.get("media_bytes", 0),
    )


async def series(
    session: AsyncSession, step: Step, since: datetime, until: datetime, event_type: str | None
) -> list[Point]:
    """A point for each step from `since` up to `until`, those without events too. Raises BadInput for too many."""
    start = _floor(since, step)
    points = -(-(until - start) // step.value)
    if points <= 0:
        raise BadInput(FieldProblem("until", "INVALID", "until must be later than since."))
    if points > MOST_POINTS:
        raise BadInput(FieldProblem("since", "TOO_MANY", f"That is {points} points; ask for at most {MOST_POINTS}."))
    found: Tally[datetime] = Tally()
    for minute, events in await repository.minutes(session, start, start + points * step.value, event_type):
        found[_floor(minute, step)] += events
    moments = (start + number * step.value for number in range(points))
    return [Point(moment, found[moment]) for moment in moments]


def _floor(moment: datetime, step: Step) -> datetime:
    """The beginning of the step that holds the moment, counted in UTC."""
    seconds = int(step.value.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, tz=moment.tzinfo)
