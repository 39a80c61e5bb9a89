"""Notifies users in the app and by mail. Services flush; the caller commits."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import BadInput, FieldProblem, NotFound, Problems
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id, parse_id
from hanse_subgraph.money import formatted
from subgraphs.notifications import repository
from subgraphs.notifications.errors import MailQuotaReached
from subgraphs.notifications.events import MailLanguageSet, MailRequested, PreferenceSet
from subgraphs.notifications.models import (
    CONSENT_KINDS,
    MAIL_ONLY_KINDS,
    Kind,
    Language,
    MailState,
    Notification,
    Person,
    Preference,
    QueuedMail,
)
from subgraphs.notifications.quotas import Quotas
from subgraphs.notifications.rendering import Rendered, render
from subgraphs.notifications.settings import NotificationsSettings

log = logging.getLogger(__name__)


class UnknownPerson(Exception):
    """An event arrived before the registration event of its user: events of two aggregates have no order."""

    def __init__(self, user_id: str) -> None:
        super().__init__(user_id)
        self.user_id = user_id


class Notifications:
    """Creates notifications and mails, and manages preferences."""

    def __init__(self, settings: NotificationsSettings, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._quotas = Quotas(settings, clock=clock)
        self._max_mail_age = timedelta(hours=settings.mail_within_hours)
        self._clock = clock

    async def update_person(self, session: AsyncSession, event: Event) -> Person:
        """Store a user's address and names from `user.registered` or `user.updated`."""
        person = await repository.lock_person(session, event.subject)
        person.email, person.username = str(event.data["email"]), str(event.data["username"])
        person.first_name = event.data.get("firstName")
        person.email_verified = person.email_verified or event.data.get("emailVerified") is True
        await repository.add(session, person)
        return person

    async def welcome(self, session: AsyncSession, event: Event) -> None:
        """Welcome a new user."""
        person = await self.update_person(session, event)
        await self._notify(session, event, person, Kind.WELCOME, {})

    async def verified(self, session: AsyncSession, event: Event) -> None:
        """Mail the welcome: until now the address may have been a stranger's."""
        person = await self._person(session, event.subject)
        if not person.email_verified and not person.gone:
            person.email_verified = True
            await repository.add(session, person)
            await self._mail(
                session, event, person, Kind.WELCOME, render(Kind.WELCOME, person.language, _names(person))
            )

    async def send_verification(self, session: AsyncSession, event: Event) -> None:
        """Mail the verification link to the address in the event."""
        await self._send_link(session, event, Kind.VERIFICATION, self._settings.verify_link)

    async def send_reset(self, session: AsyncSession, event: Event) -> None:
        """Mail the password reset link."""
        await self._send_link(session, event, Kind.PASSWORD_RESET, self._settings.reset_link)

    async def email_change(self, session: AsyncSession, event: Event) -> None:
        """Tell the address in force that a new one was requested."""
        person = await self._person(session, event.subject)
        if not person.gone:
            message = render(Kind.EMAIL_CHANGE, person.language, _names(person))
            await self._mail_to(session, event, person, Kind.EMAIL_CHANGE, (str(event.data["email"]), message))

    async def receipt(self, session: AsyncSession, event: Event) -> None:
        """Confirm a payment."""
        person = await self._person(session, str(event.data["userId"]))
        amount = formatted(int(event.data["amountMinor"]), str(event.data["currency"]))
        values = {"amount": amount, "description": str(event.data["description"]), "transaction": event.subject}
        await self._notify(session, event, person, Kind.RECEIPT, values)

    async def task_assigned(self, session: AsyncSession, event: Event) -> None:
        """Notify the assignee of a task, unless they assigned it themselves."""
        assignee = event.data.get("assigneeId")
        if assignee is None or assignee == event.actor or assignee == event.data.get("ownerId"):
            return
        person = await self._person(session, str(assignee))
        due = _format_time(str(event.data["dueAt"])) if event.data.get("dueAt") else "-"
        await self._notify(session, event, person, Kind.TASK_ASSIGNED, {"title": str(event.data["title"]), "due": due})

    async def postpone(self, session: AsyncSession, user_id: str, event: Event) -> bool:
        """Store an event until its user is known; False if the user is known by now."""
        person = await repository.lock_person(session, user_id)
        if person.email or person.gone:
            return False
        await repository.postpone(session, user_id, event)
        return True

    async def take_postponed(self, session: AsyncSession, user_id: str) -> list[Event]:
        """Remove and return the postponed events of a user, oldest first."""
        return await repository.take_postponed(session, user_id)

    async def delete_user_data(self, session: AsyncSession, event: Event) -> None:
        """Delete the personal data of a deleted user."""
        await repository.take_postponed(session, event.subject)
        await repository.delete_user_data(session, event.subject)

    async def send_message(
        self, session: AsyncSession, sender_id: str, user_id: str, subject: str, text: str
    ) -> QueuedMail:
        """Send a message of an admin to a user. Raises BadInput, NotFound, MailQuotaReached."""
        problems = Problems()
        problems.text("subject", subject, min_length=1, max_length=200)
        problems.text("text", text, min_length=1, max_length=20_000)
        problems.raise_if_any()
        person = await repository.person(session, parse_id(user_id, "User"))
        if person is None or person.gone:
            raise NotFound("User")
        if not await self._quotas.allows(session, Kind.MESSAGE, person.email, to=person, sender=sender_id):
            raise MailQuotaReached
        message = render(Kind.MESSAGE, person.language, {"subject": subject}, text=text)
        key = new_id()
        await emit(session, MailRequested(id=key, user_id=person.user_id))
        await self._add_notification(session, person, Kind.MESSAGE, message, self._clock())
        return await self._queue(session, key, person.user_id, person.email, message)

    async def mark_read(self, session: AsyncSession, user_id: str, notification_id: str) -> Notification:
        """Mark a notification as read. Raises NotFound."""
        canonical_id = parse_id(notification_id, "Notification")
        await repository.mark_read(session, user_id, self._clock(), canonical_id)
        notification = await repository.notification(session, user_id, canonical_id)
        if notification is None:
            raise NotFound("Notification")
        return notification

    async def mark_all_read(self, session: AsyncSession, user_id: str) -> int:
        """Mark all notifications as read; returns the number that were unread."""
        return len(await repository.mark_read(session, user_id, self._clock()))

    async def set_preference(
        self, session: AsyncSession, user_id: str, kind: Kind, *, in_app: bool, by_mail: bool
    ) -> Preference:
        """Set a user's preference for a kind. Raises BadInput for kinds that cannot be changed."""
        if kind in MAIL_ONLY_KINDS:
            raise BadInput(
                FieldProblem(
                    "kind", "FIXED", "Notifications of this kind are always sent by mail and cannot be changed."
                )
            )
        row = await repository.preference(session, user_id, kind) or Preference(
            user_id=user_id, kind=kind.value, in_app=in_app, by_mail=by_mail
        )
        row.in_app, row.by_mail = in_app, by_mail
        await repository.add(session, row)
        await emit(session, PreferenceSet(id=user_id, kind=kind.value, in_app=in_app, by_mail=by_mail))
        return row

    async def set_language(self, session: AsyncSession, user_id: str, language: Language) -> Language:
        """Set the language of a user's mail. Raises NotFound."""
        person = await repository.person(session, user_id)
        if person is None:
            raise NotFound("User")
        person.language = language.value
        await repository.add(session, person)
        await emit(session, MailLanguageSet(id=user_id, language=language.value))
        return language

    async def _send_link(self, session: AsyncSession, event: Event, kind: Kind, link: str) -> None:
        person = await self._person(session, event.subject)
        if person.gone:
            return
        values = _names(person) | {"until": _format_time(str(event.data["expiresAt"]))}
        message = render(kind, person.language, values, link=link.replace("{token}", str(event.data["token"])))
        await self._mail_to(session, event, person, kind, (str(event.data["email"]), message))

    async def _person(self, session: AsyncSession, user_id: str) -> Person:
        person = await repository.person(session, user_id)
        if person is None:
            raise UnknownPerson(user_id)
        return person

    async def _notify(
        self, session: AsyncSession, event: Event, person: Person, kind: Kind, values: Mapping[str, str]
    ) -> None:
        if person.gone:
            return
        preference = await repository.preference(session, person.user_id, kind)
        message = render(kind, person.language, _names(person) | dict(values))
        if preference is None or preference.in_app:
            notification = await self._add_notification(session, person, kind, message, event.time)
            notification.author_id = event.person
        await self._mail(session, event, person, kind, message)

    async def _mail(self, session: AsyncSession, event: Event, person: Person, kind: Kind, message: Rendered) -> None:
        """Mail a message to a person, by their preference."""
        preference = await repository.preference(session, person.user_id, kind)
        wanted = preference.by_mail if preference is not None else is_mailed_by_default(kind)
        if wanted and self._clock() - event.time <= self._max_mail_age:
            await self._mail_to(session, event, person, kind, (person.email, message))

    async def _mail_to(
        self, session: AsyncSession, event: Event, person: Person, kind: Kind, addressed: tuple[str, Rendered]
    ) -> None:
        """Mail a message to an address, unless that is above a quota."""
        recipient, message = addressed
        if await self._quotas.allows(session, kind, recipient, to=person, sender=event.actor):
            mail = await self._queue(session, event.id, person.user_id, recipient, message)
            mail.author_id = event.person
        else:
            log.info("a mail of kind %s to user %s is not sent: see the quotas of mail", kind.value, person.user_id)

    async def _add_notification(
        self, session: AsyncSession, person: Person, kind: Kind, message: Rendered, happened_at: datetime
    ) -> Notification:
        notification = Notification(
            id=new_id(),
            user_id=person.user_id,
            kind=kind.value,
            title=message.subject,
            body=message.text,
            created_at=happened_at,
        )
        await repository.add(session, notification)
        return notification

    async def _queue(
        self, session: AsyncSession, key: str, user_id: str, recipient: str, message: Rendered
    ) -> QueuedMail:
        now = self._clock()
        mail = QueuedMail(
            id=key,
            user_id=user_id,
            recipient=recipient,
            subject=message.subject,
            text=message.text,
            html=message.html,
            state=MailState.QUEUED.value,
            next_at=now,
            created_at=now,
        )
        await repository.add(session, mail)
        return mail


def is_mailed_by_default(kind: Kind) -> bool:
    """Whether a kind is mailed to users who have no preference for it."""
    return kind not in CONSENT_KINDS


def _names(person: Person) -> dict[str, str]:
    return {"name": person.first_name or person.username, "username": person.username}


def _format_time(iso: str) -> str:
    return datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M UTC")
