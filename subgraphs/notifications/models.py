"""The tables of the notifications subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class Kind(StrEnum):
    """The kind of a notification."""

    WELCOME = "welcome"
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE = "email_change"
    RECEIPT = "receipt"
    TASK_ASSIGNED = "task_assigned"
    MESSAGE = "message"


# Mailed only to those who asked for it: any user can cause them.
CONSENT_KINDS = frozenset({Kind.TASK_ASSIGNED})
# Always mailed and never shown in the app, whatever the preferences: they are for whoever reads the address's mail.
MAIL_ONLY_KINDS = frozenset({Kind.VERIFICATION, Kind.PASSWORD_RESET, Kind.EMAIL_CHANGE})


class Language(StrEnum):
    """The languages of the templates."""

    EN = "en"
    DE = "de"


class Person(Base, table=True):
    """A user's address and names, from events; empty until such an event arrives. Distribution key: user_id."""

    __tablename__ = "people"

    user_id: str = id_field(primary_key=True)
    email: str = Field(max_length=320)
    username: str = Field(max_length=64)
    first_name: str | None = Field(default=None, max_length=100)
    language: str = Field(default=Language.EN.value, max_length=8)
    gone: bool = False  # the account was deleted
    email_verified: bool = False


class PostponedEvent(Base, table=True):
    """An event that arrived before the registration event of its user. Distribution key: user_id."""

    __tablename__ = "waiting_events"

    user_id: str = id_field(primary_key=True)
    event_id: str = id_field(primary_key=True)
    envelope: bytes = Field(sa_type=LargeBinary)


class Preference(Base, table=True):
    """A user's preference for a kind of notification. Without a row, both are on, but mail of `CONSENT_KINDS` is off.

    Distribution key: user_id.
    """

    __tablename__ = "preferences"

    user_id: str = id_field(primary_key=True)
    kind: str = Field(max_length=32, primary_key=True)
    in_app: bool
    by_mail: bool


class Notification(Base, table=True):
    """A notification in the app. Distribution key: user_id."""

    __tablename__ = "notifications"

    id: str = id_field(primary_key=True)
    user_id: str = id_field(index=True)
    kind: str = Field(max_length=32)
    title: str = Field(max_length=300)
    body: str = Field(sa_type=Text)
    created_at: datetime = moment_field()
    read_at: datetime | None = moment_field(default=None)
    author_id: str | None = id_field(default=None, index=True)  # who typed what it tells


class MailQuota(Base, table=True):
    """The number of mails to an address, or caused by a user, in a day. Distribution key: key."""

    __tablename__ = "mail_quotas"

    key: str = Field(max_length=128, primary_key=True)
    since: datetime = moment_field(index=True)
    mails: int


class MailState(StrEnum):
    """The state of a mail."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class QueuedMail(Base, table=True):
    """A queued or sent mail. Its id is the event's, so each event sends one mail. Distribution key: id."""

    __tablename__ = "mails"

    id: str = id_field(primary_key=True)
    user_id: str | None = id_field(default=None, index=True)
    recipient: str = Field(max_length=320)
    subject: str = Field(max_length=300)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    state: str = Field(max_length=16)
    attempts: int = 0
    next_at: datetime = moment_field(index=True)
    created_at: datetime = moment_field()
    error: str | None = Field(default=None, max_length=500)
    author_id: str | None = id_field(default=None, index=True)  # who typed what it tells
    is_erased: bool = Field(default=False, index=True)  # the sender deletes it, and what the mailer keeps of it
