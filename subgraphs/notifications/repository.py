"""Every SQL statement of the notifications subgraph."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from hanse_subgraph.events.envelope import Event, decode, encode
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.notifications.models import (
    Language,
    MailState,
    Notification,
    Person,
    Preference,
    QueuedMail,
    WaitingEvent,
)

_NEWEST_FIRST = (Key(col(Notification.id), lambda row: row.id, descending=True),)


async def person(session: AsyncSession, user_id: str) -> Person | None:
    """Somebody whom events told of."""
    found = await session.get(Person, user_id)
    return found if found is not None and (found.email or found.gone) else None


async def expect(session: AsyncSession, user_id: str) -> Person:
    """Somebody whom events told of, or will: the row is held, so that what waits for it cannot be passed by."""
    unknown = {"user_id": user_id, "email": "", "username": "", "language": Language.EN.value, "gone": False}
    await session.execute(insert_into(session, Person).values(unknown).on_conflict_do_nothing())
    held = select(Person).where(col(Person.user_id) == user_id).with_for_update()
    return (await session.scalars(held.execution_options(populate_existing=True))).one()


async def keep_waiting(session: AsyncSession, user_id: str, event: Event) -> None:
    """Keep an event until its user is known."""
    await add(session, WaitingEvent(user_id=user_id, event_id=event.id, envelope=encode(event)))


async def take_waiting(session: AsyncSession, user_id: str) -> list[Event]:
    """What waited for this user, in the order in which it happened; it waits no longer."""
    taken = delete(WaitingEvent).where(col(WaitingEvent.user_id) == user_id).returning(col(WaitingEvent.envelope))
    events = [decode(envelope) for envelope in await session.scalars(taken)]
    return sorted(events, key=lambda event: (event.time, event.id))


async def add(session: AsyncSession, *rows: Person | Preference | Notification | QueuedMail | WaitingEvent) -> None:
    """Write rows."""
    session.add_all(rows)
    await session.flush()


async def preference(session: AsyncSession, user_id: str, kind: str) -> Preference | None:
    """What a user wants of one kind, where they said so."""
    return await session.get(Preference, (user_id, kind))


async def preferences(session: AsyncSession, user_id: str) -> dict[str, Preference]:
    """All that a user said, by kind."""
    rows = await session.scalars(select(Preference).where(col(Preference.user_id) == user_id))
    return {row.kind: row for row in rows}


def _matching(user_id: str, unread: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Notification.user_id) == user_id]
    return [*conditions, col(Notification.read_at).is_(None)] if unread else conditions


async def page_of_notifications(
    session: AsyncSession, user_id: str, page: PageRequest, *, unread: bool
) -> Slice[Notification]:
    """What a user was told, newest first."""
    return await read_slice(session, select(Notification).where(*_matching(user_id, unread)), _NEWEST_FIRST, page)


async def count_notifications(session: AsyncSession, user_id: str, *, unread: bool) -> int:
    """How many the list above has in all."""
    counted = select(func.count()).select_from(Notification).where(*_matching(user_id, unread))
    return int(await session.scalar(counted) or 0)


async def notifications_after(session: AsyncSession, user_id: str, after_id: str) -> list[Notification]:
    """What a user was told since, oldest first."""
    newer = select(Notification).where(col(Notification.user_id) == user_id, col(Notification.id) > after_id)
    return list(await session.scalars(newer.order_by(col(Notification.id)).limit(100)))


async def latest_id(session: AsyncSession, user_id: str) -> str:
    """The id of what a user was told last; one before all where there is nothing."""
    own = select(col(Notification.id)).where(col(Notification.user_id) == user_id)
    found = await session.scalar(own.order_by(col(Notification.id).desc()).limit(1))
    return found or "00000000-0000-0000-0000-000000000000"


async def mark_read(
    session: AsyncSession, user_id: str, at: datetime, notification_id: str | None = None
) -> list[Notification]:
    """Mark one of a user's notifications as read, or all: those that were not before."""
    unread = update(Notification).where(*_matching(user_id, True))
    if notification_id is not None:
        unread = unread.where(col(Notification.id) == notification_id)
    return list(await session.scalars(unread.values(read_at=at).returning(Notification)))


async def notification(session: AsyncSession, user_id: str, notification_id: str) -> Notification | None:
    """One of a user's notifications."""
    own = select(Notification).where(col(Notification.id) == notification_id, col(Notification.user_id) == user_id)
    return (await session.scalars(own.execution_options(populate_existing=True))).one_or_none()


async def mails_due(session: AsyncSession, at: datetime, limit: int) -> list[QueuedMail]:
    """Mails whose time has come, oldest first."""
    due = select(QueuedMail).where(col(QueuedMail.state) == MailState.QUEUED, col(QueuedMail.next_at) <= at)
    return list(await session.scalars(due.order_by(col(QueuedMail.next_at), col(QueuedMail.id)).limit(limit)))


async def claim(session: AsyncSession, mail: QueuedMail, until: datetime) -> bool:
    """Keep other senders from a mail for a while; False where one of them was first."""
    seen = update(QueuedMail).where(
        col(QueuedMail.id) == mail.id,
        col(QueuedMail.state) == MailState.QUEUED,
        col(QueuedMail.next_at) == mail.next_at,
    )
    return await session.scalar(seen.values(next_at=until).returning(col(QueuedMail.id))) is not None


async def mail(session: AsyncSession, mail_id: str) -> QueuedMail | None:
    """A mail."""
    return await session.get(QueuedMail, mail_id)


async def forget_user(session: AsyncSession, user_id: str) -> None:
    """Remove what is personal of somebody who has left; mails that are not sent yet go too."""
    gone = {"gone": True, "email": "", "username": "", "first_name": None}
    await session.execute(update(Person).where(col(Person.user_id) == user_id).values(**gone))
    theirs = update(QueuedMail).where(col(QueuedMail.user_id) == user_id)
    await session.execute(theirs.values(recipient="", subject="", text="", html=""))
    waiting = theirs.where(col(QueuedMail.state) == MailState.QUEUED)
    await session.execute(waiting.values(state=MailState.FAILED.value, error="the user has left"))
