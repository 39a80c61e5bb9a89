"""The outbox: events written in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from hanse_subgraph.auth import Caller
from hanse_subgraph.clock import utc_now
from hanse_subgraph.events.data import EventData, personal_fields, private_fields
from hanse_subgraph.events.envelope import Event, decode, encode
from hanse_subgraph.events.sealing import seal
from hanse_subgraph.events.tables import outbox
from hanse_subgraph.events.topics import MAX_EVENT_BYTES
from hanse_wire.trace_context import current_traceparent


class EventTooLarge(ValueError):
    """An event whose envelope is larger than every log takes: what it tells of must be bounded."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event in the outbox, with its place."""

    position: int
    event: Event


async def emit(session: AsyncSession, *happened: EventData) -> None:
    """Write events into the session's transaction: they happen if and only if the change does.

    Who did it and from where is taken from the request; when, from the session's `clock`, where it has one of its own.
    Personal data are sealed with the session's `person_keys`. Raises EventTooLarge, NoPersonKeys.
    """
    caller, clock = session.info.get("caller") or Caller(), session.info.get("clock", utc_now)
    keys = session.info.get("person_keys")
    rows = [_row(await seal(_signed(data, caller, clock()), keys)) for data in happened]
    if rows:
        await session.execute(insert(outbox), rows)


async def waiting(session: AsyncSession, limit: int, *, held: Collection[str] = ()) -> list[Waiting]:
    """The oldest events that are not in the log yet, but for those of the subjects `held`."""
    rows = await session.execute(_oldest(limit, held))
    return [Waiting(row.position, decode(row.envelope)) for row in rows]


async def claim(session: AsyncSession, limit: int, *, held: Collection[str] = ()) -> tuple[list[Waiting], bool]:
    """What waits, for this transaction alone: others pass over it until the end. And whether others are at it too.

    To pass over locked rows is not enough: of one subject, the second event could overtake the first in another's
    hands. So what we locked behind something of the same subject that we did not is left where it is. The second
    statement sees what was committed since the first began, so what others hold still waits, or is in the log.
    """
    rows = (await session.execute(_oldest(limit, held).with_for_update(skip_locked=True))).all()
    if not rows:
        return [], False
    positions = [row.position for row in rows]
    overtaken = (
        select(outbox.c.key, func.min(outbox.c.position).label("first"))
        .where(outbox.c.published_at.is_(None), outbox.c.position < positions[-1])
        .where(
            _among(outbox.c.key, {row.key for row in rows}, String), ~_among(outbox.c.position, positions, BigInteger)
        )
        .group_by(outbox.c.key)
    )
    first = {row.key: row.first for row in await session.execute(overtaken)}
    mine = [row for row in rows if row.position < first.get(row.key, row.position + 1)]
    return [Waiting(row.position, decode(row.envelope)) for row in mine], bool(first)


async def mark_published(session: AsyncSession, positions: list[int], at: datetime) -> None:
    """These are in the log now."""
    among: ColumnElement[bool] = outbox.c.position.in_(positions)
    if session.get_bind().dialect.name == "postgresql":
        among = _among(outbox.c.position, positions, BigInteger)
    await session.execute(update(outbox).where(among).values(published_at=at))


async def count_waiting(session: AsyncSession) -> int:
    """How many events are not in the log yet."""
    statement = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
    return await session.scalar(statement) or 0


async def forget_published(session: AsyncSession, before: datetime) -> None:
    """Delete what was published long ago."""
    await session.execute(delete(outbox).where(outbox.c.published_at < before))


def _oldest(limit: int, held: Collection[str]) -> Select[tuple[int, str, bytes]]:
    unpublished = select(outbox.c.position, outbox.c.key, outbox.c.envelope).where(outbox.c.published_at.is_(None))
    if held:
        unpublished = unpublished.where(outbox.c.key.not_in(held))
    return unpublished.order_by(outbox.c.position).limit(limit)


def _among(column: ColumnElement[Any], values: Collection[Any], kind: type[TypeEngine[Any]]) -> ColumnElement[bool]:
    """PostgreSQL's way to say IN, as one parameter: the statement is the same for any number of values."""
    return column == any_(bindparam(None, list(values), type_=ARRAY(kind)))


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
        personal=personal_fields(type(data)),
        person=data.person,
        erases=data.subject if data.erases_subject else None,
        traceparent=current_traceparent.get(),
    )


def _row(event: Event) -> dict[str, Any]:
    envelope = encode(event)
    if len(envelope) > MAX_EVENT_BYTES:
        raise EventTooLarge(
            f"an event {event.type} of {len(envelope)} bytes; no more than {MAX_EVENT_BYTES} are allowed"
        )
    return {"id": event.id, "key": event.subject, "envelope": envelope}


RETENTION = timedelta(days=7)
