"""The events that the notifications subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Uuid


class _MailEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "notifications"
    user_id: Uuid | None


class MailSent(_MailEvent, frozen=True, kw_only=True):
    """A mail was accepted by the mail server."""

    event_type: ClassVar[str] = "mail.sent"


class MailFailed(_MailEvent, frozen=True, kw_only=True):
    """A mail could not be delivered and will not be retried."""

    event_type: ClassVar[str] = "mail.failed"
    error: str


class MailRequested(_MailEvent, frozen=True, kw_only=True):
    """An admin sent a mail to a user."""

    event_type: ClassVar[str] = "mail.requested"


class PreferenceSet(EventData, frozen=True, kw_only=True):
    """A user set the preference for a kind of notification. The id is the user's."""

    source: ClassVar[str] = "notifications"
    event_type: ClassVar[str] = "user.notification_preference_set"

    kind: str
    in_app: bool
    by_mail: bool


class MailLanguageSet(EventData, frozen=True, kw_only=True):
    """A user set the language of their mail. The id is the user's."""

    source: ClassVar[str] = "notifications"
    event_type: ClassVar[str] = "user.mail_language_set"

    language: str


PUBLISHED: tuple[type[EventData], ...] = (MailSent, MailFailed, MailRequested, PreferenceSet, MailLanguageSet)
