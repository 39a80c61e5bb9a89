"""Counting events, and reading the statistics."""

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

# The counters that each event type changes. `_counters_by_data` adds those that depend on the event's data.
COUNTERS_BY_TYPE: dict[str, dict[str, int]] = {
    "user.registered": {"users": 1},
    "user.deleted": {"users": -1},
    "user.signed_in": {"sign_ins": 1},
    "sign_in.failed": {"failed_sign_ins": 1},
    "product.created": {"products": 1},
    "product.deleted": {"products": -1},
}
TASK_STATUSES = ("todo", "in_progress", "done", "cancelled")
MAX_POINTS = 2000
KEPT_ACTIVITY = 2000


class Step(Enum):
    """The length of one step of a time series."""

    MINUTE = timedelta(minutes=1)
    HOUR = timedelta(hours=1)
    DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of the whole platform."""

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
    """The number of events in the step that starts at `begins_at`."""

    begins_at: datetime
    events: int


async def count(session: AsyncSession, events: Sequence[Event]) -> None:
    """Count a batch of events with few statements, by adding up their changes first."""
    changes: Tally[str] = Tally()
    buckets: Tally[tuple[datetime, str]] = Tally()
    for event in events:
        changes.update({"events_processed": 1, **COUNTERS_BY_TYPE.get(event.type, {})})
        changes.update(_counters_by_data(event))
        buckets[event.time.replace(second=0, microsecond=0), event.type] += 1
    await repository.add(session, changes)
    await repository.add_to_buckets(session, buckets)
    await repository.add_to_seen_users(session, Tally(event.actor for event in events if event.actor is not None))
    await repository.add_to_totals(session, _totals(events))
    await _store_activity(session, events)


def _totals(events: Sequence[Event]) -> dict[tuple[TotalKind, str], tuple[int, int]]:
    """The changes of totals: (number, amount) of transactions by product and by user."""
    totals: dict[tuple[TotalKind, str], tuple[int, int]] = {}
    for event in events:
        match event.type, event.data:
            case "transaction.created", {"productId": str(product), "amountMinor": int(amount)}:
                key, number, delta = (TotalKind.PRODUCT, product), 1, amount
            case "transaction.cancelled", {"productId": str(product), "amountMinor": int(amount)}:
                key, number, delta = (TotalKind.PRODUCT, product), -1, -amount
            case "transaction.paid", {"userId": str(user), "amountMinor": int(amount)}:
                key, number, delta = (TotalKind.USER, user), 1, amount
            case _:
                continue
        before = totals.get(key, (0, 0))
        totals[key] = (before[0] + number, before[1] + delta)
    return totals


async def _store_activity(session: AsyncSession, events: Sequence[Event]) -> None:
    """Store the events for subscribers, without private data. Every 256th row on average prunes old ones."""
    rows = [
        Activity(
            id=new_id(),
            event_type=event.type[:64],
            subject=event.subject[:64],
            actor_id=known_id(event.actor),
            data=event.public_data(),
            happened_at=event.time,
            person_id=known_id(event.person),
        )
        for event in events
    ]
    await repository.add_activity(session, rows)
    if deleted := [event.subject for event in events if event.type == "user.deleted"]:
        await repository.erase_activity(session, deleted)
    if any(int(row.id[-2:], 16) == 0 for row in rows):
        await repository.prune_activity(session, KEPT_ACTIVITY)


def _counters_by_data(event: Event) -> dict[str, int]:
    """The counters that an event changes depending on its data."""
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
    """The current statistics."""
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
    """One point per step in [since, until). Raises BadInput if the range is empty or has too many steps."""
    start = _floor(since, step)
    points = -(-(until - start) // step.value)
    if points <= 0:
        raise BadInput(FieldProblem("until", "INVALID", "until must be later than since."))
    if points > MAX_POINTS:
        raise BadInput(FieldProblem("since", "TOO_MANY", f"The range has {points} steps; the maximum is {MAX_POINTS}."))
    found: Tally[datetime] = Tally()
    for minute, events in await repository.events_per_minute(session, start, start + points * step.value, event_type):
        found[_floor(minute, step)] += events
    moments = (start + number * step.value for number in range(points))
    return [Point(moment, found[moment]) for moment in moments]


def _floor(moment: datetime, step: Step) -> datetime:
    """The start of the step that contains the moment, in UTC."""
    seconds = int(step.value.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, tz=moment.tzinfo)
