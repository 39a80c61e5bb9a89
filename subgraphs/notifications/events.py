"""The events that the notifications subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from shared.events.data import EventData, Uuid


class _MailEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "notifications"
    user_id: Uuid | None


class MailSent(_MailEvent, frozen=True, kw_only=True):
    """A mail was handed over."""

    event_type: ClassVar[str] = "mail.sent"


class MailFailed(_MailEvent, frozen=True, kw_only=True):
    """A mail was given up."""

    event_type: ClassVar[str] = "mail.failed"
    error: str


PUBLISHED: tuple[type[EventData], ...] = (MailSent, MailFailed)
