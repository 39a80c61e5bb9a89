"""Every SQL statement of the notifications subgraph."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from hanse_subgraph.events.envelope import Event, decode, encode
from hanse_subgraph.events.sealing import opened, seal
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.notifications.models import (
    Language,
    MailQuota,
    MailState,
    Notification,
    Person,
    PostponedEvent,
    Preference,
    QueuedMail,
)

_NEWEST_FIRST = (Key(col(Notification.id), lambda row: row.id, descending=True),)


async def person(session: AsyncSession, user_id: str) -> Person | None:
    """The person with this id; None if no event has described them yet."""
    found = await session.get(Person, user_id)
    return found if found is not None and (found.email or found.gone) else None


async def lock_person(session: AsyncSession, user_id: str) -> Person:
    """Insert the person if missing, and lock the row until the transaction ends."""
    empty = {"user_id": user_id, "email": "", "username": "", "language": Language.EN.value, "gone": False}
    empty["email_verified"] = False
    await session.execute(insert_into(session, Person).values(empty).on_conflict_do_nothing())
    locked = select(Person).where(col(Person.user_id) == user_id).with_for_update()
    return (await session.scalars(locked.execution_options(populate_existing=True))).one()


async def postpone(session: AsyncSession, user_id: str, event: Event) -> None:
    """Store an event until its user is known, with its personal data sealed."""
    sealed = await seal(event, session.info["person_keys"])
    await add(session, PostponedEvent(user_id=user_id, event_id=event.id, envelope=encode(sealed)))


async def take_postponed(session: AsyncSession, user_id: str) -> list[Event]:
    """Delete and return the postponed events of this user, oldest first."""
    statement = (
        delete(PostponedEvent).where(col(PostponedEvent.user_id) == user_id).returning(col(PostponedEvent.envelope))
    )
    sealed = [decode(envelope) for envelope in await session.scalars(statement)]
    events = await opened(sealed, session.info["person_keys"])
    return sorted(events, key=lambda event: (event.time, event.id))


async def add(session: AsyncSession, *rows: Person | Preference | Notification | QueuedMail | PostponedEvent) -> None:
    """Insert rows, or write changed ones."""
    session.add_all(rows)
    await session.flush()


async def preference(session: AsyncSession, user_id: str, kind: str) -> Preference | None:
    """A user's preference for a kind; None if not set."""
    return await session.get(Preference, (user_id, kind))


async def preferences(session: AsyncSession, user_id: str) -> dict[str, Preference]:
    """All preferences that a user has set, by kind."""
    rows = await session.scalars(select(Preference).where(col(Preference.user_id) == user_id))
    return {row.kind: row for row in rows}


def _matching(user_id: str, unread: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Notification.user_id) == user_id]
    return [*conditions, col(Notification.read_at).is_(None)] if unread else conditions


async def page_of_notifications(
    session: AsyncSession, user_id: str, page: PageRequest, *, unread: bool
) -> Slice[Notification]:
    """A page of a user's notifications, newest first."""
    return await read_slice(session, select(Notification).where(*_matching(user_id, unread)), _NEWEST_FIRST, page)


async def count_notifications(session: AsyncSession, user_id: str, *, unread: bool) -> int:
    """The total number of notifications in the list of `page_of_notifications`."""
    counted = select(func.count()).select_from(Notification).where(*_matching(user_id, unread))
    return int(await session.scalar(counted) or 0)


async def notifications_after(session: AsyncSession, user_id: str, after_id: str) -> list[Notification]:
    """A user's notifications after this id, oldest first; at most 100."""
    newer = select(Notification).where(col(Notification.user_id) == user_id, col(Notification.id) > after_id)
    return list(await session.scalars(newer.order_by(col(Notification.id)).limit(100)))


async def latest_id(session: AsyncSession, user_id: str) -> str:
    """The id of a user's latest notification; an id before all others if there is none."""
    own = select(col(Notification.id)).where(col(Notification.user_id) == user_id)
    found = await session.scalar(own.order_by(col(Notification.id).desc()).limit(1))
    return found or "00000000-0000-0000-0000-000000000000"


async def mark_read(
    session: AsyncSession, user_id: str, at: datetime, notification_id: str | None = None
) -> list[Notification]:
    """Mark one of a user's notifications as read, or all; returns those that were unread."""
    unread = update(Notification).where(*_matching(user_id, True))
    if notification_id is not None:
        unread = unread.where(col(Notification.id) == notification_id)
    return list(await session.scalars(unread.values(read_at=at).returning(Notification)))


async def notification(session: AsyncSession, user_id: str, notification_id: str) -> Notification | None:
    """A user's notification by id."""
    own = select(Notification).where(col(Notification.id) == notification_id, col(Notification.user_id) == user_id)
    return (await session.scalars(own.execution_options(populate_existing=True))).one_or_none()


async def mails_due(session: AsyncSession, at: datetime, limit: int) -> list[QueuedMail]:
    """Queued mails that are due, oldest first."""
    due = select(QueuedMail).where(col(QueuedMail.state) == MailState.QUEUED, col(QueuedMail.next_at) <= at)
    return list(await session.scalars(due.order_by(col(QueuedMail.next_at), col(QueuedMail.id)).limit(limit)))


async def claim(session: AsyncSession, mail: QueuedMail, until: datetime) -> bool:
    """Reserve a mail for this sender until a time; False if another sender was first."""
    unclaimed = update(QueuedMail).where(
        col(QueuedMail.id) == mail.id,
        col(QueuedMail.state) == MailState.QUEUED,
        col(QueuedMail.next_at) == mail.next_at,
    )
    return await session.scalar(unclaimed.values(next_at=until).returning(col(QueuedMail.id))) is not None


async def mail(session: AsyncSession, mail_id: str) -> QueuedMail | None:
    """The mail with this id."""
    return await session.get(QueuedMail, mail_id)


async def count_mail(session: AsyncSession, key: str, at: datetime, since: datetime) -> int:
    """Count a mail. Returns the number of a day that began after `since`."""
    first = insert_into(session, MailQuota).values(key=key, since=at, mails=1)
    is_current = col(MailQuota.since) > since
    changed = {
        "mails": case((is_current, col(MailQuota.mails) + 1), else_=1),
        "since": case((is_current, col(MailQuota.since)), else_=at),
    }
    counted = first.on_conflict_do_update(index_elements=["key"], set_=changed)
    return int(await session.scalar(counted.returning(col(MailQuota.mails))) or 0)


async def expire_quotas(session: AsyncSession, before: datetime) -> None:
    """Delete the numbers of the days that began before this time."""
    await session.execute(delete(MailQuota).where(col(MailQuota.since) < before))


async def delete_user_data(session: AsyncSession, user_id: str) -> None:
    """Delete a user's personal data and what they wrote to others; mark their mails for the sender to erase."""
    person = await lock_person(session, user_id)
    person.gone, person.email, person.username, person.first_name = True, "", "", None
    concerns = or_(col(Notification.user_id) == user_id, col(Notification.author_id) == user_id)
    await session.execute(delete(Notification).where(concerns))
    await session.execute(delete(Preference).where(col(Preference.user_id) == user_id))
    erased = {"is_erased": True, "recipient": "", "subject": "", "text": "", "html": ""}
    mails = update(QueuedMail).where(or_(col(QueuedMail.user_id) == user_id, col(QueuedMail.author_id) == user_id))
    await session.execute(mails.values(**erased))
    queued = mails.where(col(QueuedMail.state) == MailState.QUEUED)
    await session.execute(queued.values(state=MailState.FAILED.value, error="the user was deleted"))


async def erased_mails(session: AsyncSession, limit: int) -> list[str]:
    """The ids of mails that the sender must erase."""
    erased = select(col(QueuedMail.id)).where(col(QueuedMail.is_erased).is_(True))
    return list(await session.scalars(erased.limit(limit)))


async def delete_mails(session: AsyncSession, ids: list[str]) -> None:
    """Delete mails."""
    await session.execute(delete(QueuedMail).where(col(QueuedMail.id).in_(ids)))
