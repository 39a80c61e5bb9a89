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
    """What a notification is about."""

    WELCOME = "welcome"
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"
    RECEIPT = "receipt"
    TASK_ASSIGNED = "task_assigned"
    MESSAGE = "message"


# These are mailed whatever the user prefers, and never shown in the app: they hold a secret.
SECRET_KINDS = frozenset({Kind.VERIFICATION, Kind.PASSWORD_RESET})


class Language(StrEnum):
    """The languages that there are templates in."""

    EN = "en"
    DE = "de"


class Person(Base, table=True):
    """Whom to reach, as events told; without an address while none has told yet. Distribution key: user_id."""

    __tablename__ = "people"

    user_id: str = id_field(primary_key=True)
    email: str = Field(max_length=320)
    username: str = Field(max_length=64)
    first_name: str | None = Field(default=None, max_length=100)
    language: str = Field(default=Language.EN.value, max_length=8)
    gone: bool = False


class WaitingEvent(Base, table=True):
    """An event that came before the one that tells who its user is. Distribution key: user_id."""

    __tablename__ = "waiting_events"

    user_id: str = id_field(primary_key=True)
    event_id: str = id_field(primary_key=True)
    envelope: bytes = Field(sa_type=LargeBinary)


class Preference(Base, table=True):
    """What a user wants of one kind; without a row, both. Distribution key: user_id."""

    __tablename__ = "preferences"

    user_id: str = id_field(primary_key=True)
    kind: str = Field(max_length=32, primary_key=True)
    in_app: bool
    by_mail: bool


class Notification(Base, table=True):
    """What a user was told in the app. Distribution key: user_id."""

    __tablename__ = "notifications"

    id: str = id_field(primary_key=True)
    user_id: str = id_field(index=True)
    kind: str = Field(max_length=32)
    title: str = Field(max_length=300)
    body: str = Field(sa_type=Text)
    created_at: datetime = moment_field()
    read_at: datetime | None = moment_field(default=None)


class MailState(StrEnum):
    """What has become of a mail."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class QueuedMail(Base, table=True):
    """A mail to be sent, with the event's id as its own: each event mails once. Distribution key: id."""

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
