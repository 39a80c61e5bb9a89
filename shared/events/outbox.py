"""The outbox: events written in the transaction of the change that they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import utc_now
from shared.events.data import EventData, private_fields
from shared.events.envelope import Event, decode, encode
from shared.events.tables import outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event in the outbox, with its place."""

    position: int
    event: Event


async def emit(session: AsyncSession, *happened: EventData) -> None:
    """Write events into the session's transaction: they happen if and only if the change does.

    Who did it and from where is taken from the request; when, from the session's `clock`, where it has one of its own.
    """
    caller, clock = session.info.get("caller") or Caller(), session.info.get("clock", utc_now)
    rows = [_row(_signed(data, caller, clock())) for data in happened]
    if rows:
        await session.execute(insert(outbox), rows)


async def waiting(session: AsyncSession, limit: int) -> list[Waiting]:
    """The oldest events that are not in the log yet."""
    unpublished = select(outbox.c.position, outbox.c.envelope).where(outbox.c.published_at.is_(None))
    rows = await session.execute(unpublished.order_by(outbox.c.position).limit(limit))
    return [Waiting(position, decode(envelope)) for position, envelope in rows]


async def mark_published(session: AsyncSession, positions: list[int], at: datetime) -> None:
    """These are in the log now."""
    await session.execute(update(outbox).where(outbox.c.position.in_(positions)).values(published_at=at))


async def forget_published(session: AsyncSession, before: datetime) -> None:
    """Delete what was published long ago."""
    await session.execute(delete(outbox).where(outbox.c.published_at < before))


def _signed(data: EventData, caller: Caller, at: datetime) -> Event:
    return Event(
        time=at,
        type=data.event_type,
        source=f"/{data.source}",
        subject=data.subject,
        data=msgspec.to_builtins(data),
        actor=data.actor or caller.principal.user_id,
        clientip=caller.client.ip,
        useragent=caller.client.user_agent,
        private=private_fields(type(data)),
    )


def _row(event: Event) -> dict[str, Any]:
    return {"id": event.id, "key": event.subject, "envelope": encode(event)}


RETENTION = timedelta(days=7)
